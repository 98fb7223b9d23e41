using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Images;

/// <summary>The build for linux/arm64 is made and looked at; it is not run, for want of such a machine.</summary>
public sealed class Arm64Tests
{
    private const ushort BpfMachine = 247;

    [SkippableFact]
    public void The_build_for_arm64_is_made_with_the_BPF_objects_in_it()
    {
        Skip.IfNot(Command.Exists("dotnet") && Command.Exists("clang"), "needs the .NET SDK and clang");
        Command.Run(Path.Combine(Rendering.Root, "build"), "--arm64");
        var folder = Path.Combine(Rendering.Root, "out/arm64");
        using var program = Open(folder, "netmon.dll");
        Assert.Equal(Machine.Arm64, program.PEHeaders.CoffHeader.Machine);
        using var bpf = Open(folder, "NetMon.Bpf.dll");
        var metadata = bpf.GetMetadataReader();
        var objects = metadata
            .ManifestResources.Select(metadata.GetManifestResource)
            .Where(resource => metadata.GetString(resource.Name).EndsWith(".bpf.o", StringComparison.Ordinal))
            .ToList();
        var sources = Directory.GetFiles(Path.Combine(Rendering.Root, "bpf"), "*.bpf.c");
        Assert.Equal(sources.Length, objects.Count);
        var start = bpf.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress;
        foreach (var resource in objects)
        {
            var content = bpf.GetSectionData(start + (int)resource.Offset).GetReader();
            content.ReadInt32();
            // ELF, 64 bits, little endian; e_machine is at offset 18.
            Assert.Equal([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1], content.ReadBytes(6));
            content.ReadBytes(12);
            Assert.Equal(BpfMachine, content.ReadUInt16());
        }
    }

    private static PEReader Open(string folder, string name) =>
        new(File.OpenRead(Path.Combine(folder, name)));
}
