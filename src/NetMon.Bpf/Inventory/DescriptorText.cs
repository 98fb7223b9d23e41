using System.Globalization;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Inventory;

internal enum DescriptorKind
{
    Other,
    Map,
    Program,
    Link,
}

/// <summary>/proc/self/fdinfo of one descriptor (kernel/bpf/syscall.c, bpf_map_show_fdinfo and its like).</summary>
internal sealed class DescriptorText
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public DescriptorKind Kind =>
        _values.ContainsKey("link_type") ? DescriptorKind.Link
        : _values.ContainsKey("prog_type") ? DescriptorKind.Program
        : _values.ContainsKey("map_type") ? DescriptorKind.Map
        : DescriptorKind.Other;

    /// <returns>Null if there is no such descriptor any more.</returns>
    public static DescriptorText? Read(int number)
    {
        var text = new DescriptorText();
        try
        {
            foreach (var line in File.ReadLines($"/proc/self/fdinfo/{number}"))
            {
                if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
                {
                    text._values[line[..colon]] = line[(colon + 1)..].Trim();
                }
            }
        }
        catch (IOException)
        {
            return null;
        }

        return text;
    }

    public static DescriptorText? Read(FileDescriptor descriptor)
    {
        var held = false;
        descriptor.DangerousAddRef(ref held);
        try
        {
            return Read((int)descriptor.DangerousGetHandle());
        }
        finally
        {
            descriptor.DangerousRelease();
        }
    }

    /// <returns>0 if the kernel does not say.</returns>
    public long Number(string key)
    {
        var text = _values.GetValueOrDefault(key, "");
        return text.StartsWith("0x", StringComparison.Ordinal)
                ? long.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : 0;
    }
}
