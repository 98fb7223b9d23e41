using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>The running kernel's type information (BTF), by which programs find their way in its structures.</summary>
internal sealed class TypeInformationCheck() : HostCheck("kernel types (BTF)")
{
    /// <summary>struct btf_header.magic (linux/btf.h).</summary>
    private const ushort Magic = 0xeb9f;

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var path = scene.Paths.Btf;
        const string Advice =
            "use a kernel that is built with CONFIG_DEBUG_INFO_BTF=y, and mount /sys; every current distribution's is";
        if (!File.Exists(path))
        {
            yield return Fail($"{path} does not exist", Advice);
            yield break;
        }

        yield return ReadMagic(path) == Magic
            ? Pass($"{path}, {new FileInfo(path).Length / 1024} KiB")
            : Fail($"{path} is not type information", Advice);
    }

    private static int ReadMagic(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        return file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 ? BitConverter.ToUInt16(start) : -1;
    }
}
