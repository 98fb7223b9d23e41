using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Release;

/// <summary>What ./build --release makes, once for all tests: of the netmon that ./build made before, if nothing has changed since.</summary>
internal static class ReleaseFiles
{
    private static readonly Lazy<string> Made = new(Make);

    /// <summary>The folder out/release. Skips the test where none can be made.</summary>
    public static string Require()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        Skip.IfNot(
            Command.Exists("buildah") && Command.Exists("dpkg-deb") && Command.Exists("dotnet"),
            "needs buildah, dpkg-deb and the .NET SDK"
        );
        return Made.Value;
    }

    /// <summary>The version that git gives.</summary>
    public static string Version() => Command.Run(Path.Combine(Rendering.Root, "deploy/version")).Trim();

    public static string File(string pattern) => Assert.Single(Directory.GetFiles(Require(), pattern));

    private static string Make()
    {
        Command.Run(Path.Combine(Rendering.Root, "build"), "--release");
        return Path.Combine(Rendering.Root, "out/release");
    }
}
