using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Images;

/// <summary>The files of the image, gathered once from what ./build made.</summary>
[CollectionDefinition(Name)]
public sealed class ImageFiles : ICollectionFixture<ImageFiles>
{
    /// <summary>Tests that use them run one after the other.</summary>
    public const string Name = "image";

    private readonly Lazy<bool> _gathered = new(Gather);

    /// <summary>The folder that becomes the image's root.</summary>
    public static string Folder => Path.Combine(Rendering.Root, "out/image");

    public void RequireGathered()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        Skip.IfNot(File.Exists(Path.Combine(Rendering.Root, "out/netmon")), "needs out/netmon (./build)");
        Assert.True(_gathered.Value);
    }

    /// <summary>A copy that a test can mount things on. The test removes it.</summary>
    public static string Copy()
    {
        var copy = Directory.CreateTempSubdirectory("netmon-image-").FullName;
        Command.Run("cp", "-a", Folder + "/.", copy);
        return copy;
    }

    private static bool Gather()
    {
        Command.Run(Path.Combine(Rendering.Root, "deploy/image"), "--files");
        return true;
    }
}
