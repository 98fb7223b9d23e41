using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Tests.Interop;

public class BpfObjectTests
{
    [Fact]
    public void A_missing_libbpf_names_the_package()
    {
        var error = Assert.Throws<BpfException>(() => LibbpfLibrary.EnsureLoaded("libbpf.so.none"));
        Assert.Contains("install the package libbpf1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_is_not_elf_is_refused_with_libbpfs_words()
    {
        var error = Assert.Throws<BpfException>(() => BpfObject.Open("this is not an ELF file"u8, "bad"u8));
        Assert.Contains("libbpf: ", error.Detail, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_program_that_the_verifier_refuses_is_explained_by_its_log()
    {
        Privileges.Require();
        var source = TestObjects.TemporaryFile("refused.bpf.c");
        File.WriteAllText(
            source,
            """
            #include <linux/bpf.h>
            #include <bpf/bpf_helpers.h>
            SEC("tc") int refused(struct __sk_buff *skb) { return *(volatile int *)(long)skb->data; }
            """
        );
        using var refused = BpfObject.Open(File.ReadAllBytes(TestObjects.Compile(source)), "refused"u8);

        var error = Assert.Throws<BpfException>(refused.Load);

        Assert.Equal(13, error.Error);
        Assert.Contains("BEGIN PROG LOAD LOG", error.Detail, StringComparison.Ordinal);
        Assert.Contains("invalid access to packet", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("CAP_BPF", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_privileges_are_named()
    {
        var error = new BpfException("load the BPF programs", Errno.EPERM, "");
        Assert.Equal(
            "cannot load the BPF programs: Operation not permitted (errno 1); this needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
            error.Message
        );
    }

    [Fact]
    public void A_long_log_keeps_its_end()
    {
        LibbpfLog.Clear();
        for (var i = 0; i < 5000; i++)
        {
            LibbpfLog.Append($"line {i}\n");
        }

        var log = LibbpfLog.Take();
        Assert.True(log.Length < 17 * 1024);
        Assert.StartsWith("...\nline ", log, StringComparison.Ordinal);
        Assert.EndsWith("line 4999", log, StringComparison.Ordinal);
        Assert.Equal("", LibbpfLog.Take());
    }

    [Fact]
    public void A_variable_that_the_object_does_not_have_is_an_error()
    {
        using var iterate = BpfObject.Open(
            File.ReadAllBytes(TestObjects.Compile("Interop/iterate.bpf.c")),
            "iterate"u8
        );
        Assert.Throws<BpfException>(() => iterate.SetVariable(".rodata", "none", 1u));
        Assert.Throws<BpfException>(() => iterate.SetVariable(".rodata", "settings", 1u));
        iterate.SetVariable(".rodata", "settings", 1ul);
    }

    [SkippableFact]
    public void Keys_and_values_of_another_size_than_the_maps_are_refused()
    {
        Privileges.Require();
        using var iterate = BpfObject.Open(
            File.ReadAllBytes(TestObjects.Compile("Interop/iterate.bpf.c")),
            "iterate"u8
        );
        iterate.SetMaxEntries("elements", 10);
        iterate.SetVariable(".rodata", "settings", 1ul);
        iterate.Load();
        using var map = iterate.TakeMap("elements");
        Assert.Throws<InvalidOperationException>(() => map.TryLookup(0ul, out ulong _));
        Assert.Throws<InvalidOperationException>(() => map.TryLookup(0u, out uint _));

        map.Update(3u, 77ul);
        Assert.True(map.TryLookup(3u, out ulong value));
        Assert.Equal(77ul, value);
        Assert.False(map.TryLookup(10u, out ulong _));
        Assert.True(map.MemoryBytes > 0);
    }
}
