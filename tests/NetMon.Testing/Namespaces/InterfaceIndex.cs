using System.Runtime.InteropServices;

namespace NetMon.Testing.Namespaces;

/// <summary>Numbers of interfaces in the calling thread's network namespace (which /sys does not follow).</summary>
public static class InterfaceIndex
{
    /// <exception cref="InvalidOperationException">There is no such interface.</exception>
    public static int Of(string name)
    {
        var index = NameToIndex(name);
        return index > 0 ? (int)index : throw new InvalidOperationException($"no interface {name}");
    }

    [DllImport(
        "libc",
        EntryPoint = "if_nametoindex",
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint NameToIndex(string name);
}
