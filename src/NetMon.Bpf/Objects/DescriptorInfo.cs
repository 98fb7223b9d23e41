using System.Globalization;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>What the kernel says about a descriptor in /proc/self/fdinfo: lines of "key:\tvalue".</summary>
internal static class DescriptorInfo
{
    /// <exception cref="BpfException">There is no such number.</exception>
    public static long Read(FileDescriptor descriptor, string key)
    {
        var held = false;
        descriptor.DangerousAddRef(ref held);
        try
        {
            var path = $"/proc/self/fdinfo/{(int)descriptor.DangerousGetHandle()}";
            foreach (var line in File.ReadLines(path))
            {
                if (
                    line.StartsWith(key, StringComparison.Ordinal)
                    && line.Length > key.Length
                    && line[key.Length] == ':'
                    && long.TryParse(
                        line.AsSpan(key.Length + 1).Trim(),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var value
                    )
                )
                {
                    return value;
                }
            }

            throw new BpfException($"find {key} in {path}", 0, "");
        }
        finally
        {
            descriptor.DangerousRelease();
        }
    }
}
