using System.Text.Json;
using NetMon.Bpf.Inventory;

namespace NetMon.Bpf.Tests.Inventory;

/// <summary>bpftool, which asks the kernel itself, says the same.</summary>
public sealed class KernelInventoryTests
{
    [SkippableFact]
    public void Programs_and_maps_that_the_process_holds_are_those_that_bpftool_shows()
    {
        Privileges.Require();
        using var program = FlowProgram.Load(new() { MaxFlows = 1024, RingBytes = 64 * 1024 });
        program.SetInterface(7, InterfaceKind.Pod, sinceNs: 1);

        var inventory = KernelInventory.OfThisProcess();

        var own = program.ReadRunStatistics().Select(statistics => statistics.Id).ToHashSet();
        var programs = inventory.Programs.Where(each => own.Contains(each.Id)).ToArray();
        Assert.Equal(
            ["netmon_l2_in", "netmon_l2_out", "netmon_l3_in", "netmon_l3_out"],
            programs.Select(each => each.Name).Order(StringComparer.Ordinal)
        );
        using var shown = Show("prog", programs[0].Id);
        Assert.Equal(shown.RootElement.GetProperty("type").GetString(), programs[0].Type);
        Assert.Equal(shown.RootElement.GetProperty("bytes_memlock").GetInt64(), programs[0].MemoryBytes);
        var compared = 0;
        foreach (var id in shown.RootElement.GetProperty("map_ids").EnumerateArray())
        {
            // The map of the programs' constants: only they hold it.
            if (inventory.Maps.SingleOrDefault(each => each.Id == id.GetUInt32()) is not { } map)
            {
                continue;
            }

            compared++;
            using var truth = Show("map", map.Id);
            Assert.Equal(truth.RootElement.GetProperty("name").GetString(), map.Name);
            Assert.Equal(truth.RootElement.GetProperty("type").GetString(), map.Type);
            Assert.Equal(truth.RootElement.GetProperty("max_entries").GetInt64(), map.MaxEntries);
            Assert.Equal(truth.RootElement.GetProperty("bytes_key").GetInt32(), map.KeySize);
            Assert.Equal(truth.RootElement.GetProperty("bytes_value").GetInt32(), map.ValueSize);
        }

        Assert.InRange(compared, 6, int.MaxValue);
        Assert.Contains(inventory.Maps, map => map is { Name: "interfaces", Entries: 1 });
    }

    [SkippableFact]
    public void Programs_of_iterators_are_known_by_their_links()
    {
        Privileges.Require();
        using var program = FlowProgram.Load(new() { MaxFlows = 1024, RingBytes = 64 * 1024 });

        var names = KernelInventory.OfThisProcess().Programs.Select(each => each.Name).ToArray();

        Assert.Contains("netmon_sweep", names);
        Assert.Contains("netmon_drain", names);
    }

    /// <summary>The agent gives up CAP_SYS_ADMIN, without which a link does not lead to its program.</summary>
    [SkippableFact]
    public void Programs_of_iterators_are_held_by_descriptors_of_their_own()
    {
        Privileges.Require();
        using var program = FlowProgram.Load(new() { MaxFlows = 1024, RingBytes = 64 * 1024 });

        var held = Directory
            .GetFiles("/proc/self/fdinfo")
            .Select(TextOf)
            .Where(text => text.Contains("prog_type:", StringComparison.Ordinal))
            .Where(text => !text.Contains("link_type:", StringComparison.Ordinal))
            .Select(text =>
                text.Split('\n').First(line => line.StartsWith("prog_id:", StringComparison.Ordinal))
            )
            .Select(line => line["prog_id:".Length..].Trim())
            .ToHashSet(StringComparer.Ordinal);

        foreach (var name in (string[])["netmon_sweep", "netmon_drain"])
        {
            var ids = KernelInventory
                .OfThisProcess()
                .Programs.Where(each => each.Name == name)
                .Select(each => $"{each.Id}");
            Assert.Contains(ids, held.Contains);
        }
    }

    // A descriptor of another test may be closed meanwhile.
    private static string TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static JsonDocument Show(string what, uint id) =>
        JsonDocument.Parse(Shell.Run("bpftool", "-j", what, "show", "id", $"{id}"));
}
