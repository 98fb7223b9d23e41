using NetMon.Bpf.Attaching;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Pinning;

/// <summary>Something of ours in the kernel that no process of ours holds.</summary>
/// <param name="Kind"><c>link</c>, <c>filter</c>, <c>pin</c>.</param>
/// <param name="Name">What it is called where it is.</param>
/// <param name="InterfaceIndex">Where it is attached; 0: nowhere.</param>
/// <param name="Hook">Which side of the interface.</param>
public sealed record Leftover(string Kind, string Name, int InterfaceIndex = 0, Hook Hook = Hook.Ingress);

/// <summary>Everything that agents left in the kernel for agents to come: programs at interfaces, and what is pinned.</summary>
/// <remarks>
/// Ours is what lies in the pin directory, and clsact filters whose name says so and whose process has ended, in the network namespace of the
/// calling thread. Nothing else is looked at, let alone removed.
/// </remarks>
public static class Leftovers
{
    /// <summary>Directories of a pin directory that a living process has.</summary>
    /// <param name="directory">May be missing.</param>
    /// <exception cref="BpfException">They cannot be opened.</exception>
    public static IReadOnlyList<string> FindHeld(string directory)
    {
        var held = new List<string>();
        foreach (var path in PinDirectory.Namespaces(directory))
        {
            if (PinDirectory.TryLock(path) is { } taken)
            {
                Libc.Unlock(taken);
            }
            else
            {
                held.Add(path);
            }
        }

        return held;
    }

    /// <summary>Lists what there is, and removes it if that is wanted; what a living process has stays.</summary>
    /// <param name="directory">The pin directory; may be missing, or empty for none.</param>
    /// <param name="remove">Else it is only listed.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IReadOnlyList<Leftover> Take(string directory, bool remove)
    {
        LibbpfLibrary.EnsureLoaded();
        var found = new List<Leftover>();
        foreach (var path in directory.Length == 0 ? [] : PinDirectory.Namespaces(directory).ToArray())
        {
            if (PinDirectory.TryLock(path) is not { } taken)
            {
                continue;
            }

            try
            {
                TakeLinks(path, remove, found);
                TakePins(path, remove, found);
            }
            finally
            {
                Libc.Unlock(taken);
            }
        }

        TakeFilters(remove, found);
        if (remove && Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any())
        {
            Pin.RemoveAll(directory);
        }

        return found;
    }

    private static void TakeLinks(string path, bool remove, List<Leftover> found)
    {
        var pins = new LinkPins(LinkPins.DirectoryIn(path));
        foreach (var (ifindex, hook) in pins.All.Order().ToArray())
        {
            using (var link = pins.TryOpen(ifindex, hook))
            {
                if (link is not null)
                {
                    found.Add(new("link", "tcx", ifindex, hook));
                }
            }

            if (remove)
            {
                pins.Detach(ifindex, hook);
            }
        }
    }

    private static void TakePins(string path, bool remove, List<Leftover> found)
    {
        foreach (
            var pin in Directory
                .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
        )
        {
            found.Add(new("pin", pin));
        }

        if (remove)
        {
            Pin.RemoveAll(path);
        }
    }

    private static void TakeFilters(bool remove, List<Leftover> found)
    {
        using var control = new TrafficControl();
        var filters = new OwnFilters(control);
        if (remove)
        {
            found.AddRange(
                filters
                    .RemoveLeft()
                    .Select(left => new Leftover(
                        "filter",
                        left.Name.ToString(),
                        left.InterfaceIndex,
                        left.Hook
                    ))
            );
            return;
        }

        foreach (var ifindex in control.ListClsactInterfaces())
        {
            foreach (var hook in OwnFilters.Hooks)
            {
                found.AddRange(
                    filters
                        .FindLeft(ifindex, hook)
                        .Select(filter => new Leftover("filter", filter.Name, ifindex, hook))
                );
            }
        }
    }
}
