using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Images;

[Collection(ImageFiles.Name)]
public sealed class ImageTests(ImageFiles files)
{
    [SkippableFact]
    public void It_has_netmon_the_libraries_it_needs_and_their_terms_and_nothing_else()
    {
        files.RequireGathered();
        var programs = Directory
            .EnumerateFiles(ImageFiles.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(ImageFiles.Folder, file))
            .Where(file =>
                !file.Contains(".so.", StringComparison.Ordinal)
                && !file.EndsWith("/copyright", StringComparison.Ordinal)
            );
        Assert.Equal(
            ["usr/bin/kubectl-netmon", "usr/bin/netmon", "usr/bin/netmon-cli"],
            programs.Order(StringComparer.Ordinal)
        );
    }
}
