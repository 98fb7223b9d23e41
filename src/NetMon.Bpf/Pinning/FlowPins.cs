using System.Globalization;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Pinning;

/// <summary>The generations of flow maps in a pin directory: the newest is in use, older ones wait until they are empty.</summary>
/// <remarks>
/// <code>
///   (1) the newest fits the object: its maps are taken over, and the new programs put into its iterators
///   (2) it does not: a new one is made under the name "new" and renamed when it is whole, so that a kill leaves nothing half-made
/// </code>
/// </remarks>
internal sealed class FlowPins : IDisposable
{
    private const string Unfinished = "new";

    private readonly string _directory;
    private readonly List<FlowGeneration> _generations = [];
    private readonly int _newest;

    /// <param name="pins">Where.</param>
    /// <exception cref="BpfException">The pins cannot be read.</exception>
    public FlowPins(PinDirectory pins)
    {
        _directory = Path.Combine(pins.Path, "flows");
        Pin.MakeDirectory(_directory);
        Pin.RemoveAll(Path.Combine(_directory, Unfinished));
        try
        {
            foreach (var number in Numbers(_directory).Order())
            {
                _newest = number;
                _generations.Add(new FlowGeneration(PathOf(number), number));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the object got the maps of the newest generation.</summary>
    public bool Adopted { get; private set; }

    /// <summary>Lets an object take over the newest generation's maps, if it fits.</summary>
    /// <param name="bpfObject">Its sizes set, not loaded.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Offer(BpfObject bpfObject) // (1)
    {
        if (_generations is not [.., var newest] || !newest.Fits(bpfObject))
        {
            return;
        }

        foreach (var name in FlowGeneration.MapNames)
        {
            bpfObject.Reuse(name, newest.Map(name)!);
        }

        Adopted = true;
    }

    /// <summary>The iterators of the maps in use, which run the new programs: those that are pinned, or new ones.</summary>
    /// <param name="name"><see cref="FlowGeneration.Sweep"/> or <see cref="FlowGeneration.Drain"/>.</param>
    /// <param name="program">Of the object that was loaded.</param>
    /// <param name="flows">What they walk over.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public FileDescriptor Iterator(string name, BpfProgram program, BpfMap flows)
    {
        if (Adopted)
        {
            var newest = _generations[^1];
            var path = Path.Combine(newest.Path, name);
            var link = Pin.TryOpen(path, PinKind.Link);
            if (link is not null && BpfLink.Update(link, program.Descriptor) == 0)
            {
                return link;
            }

            link?.Dispose();
            Pin.Remove(path);
            link = BpfLink.CreateIterator(program.Descriptor, flows);
            Pin.Place(link, path);
            return link;
        }

        return BpfLink.CreateIterator(program.Descriptor, flows);
    }

    /// <summary>Pins maps and iterators as the newest generation, unless they are it.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Keep(IEnumerable<(string Name, FileDescriptor Descriptor)> objects) // (2)
    {
        if (Adopted)
        {
            return;
        }

        var unfinished = Path.Combine(_directory, Unfinished);
        Pin.MakeDirectory(unfinished);
        foreach (var (name, descriptor) in objects)
        {
            Pin.Place(descriptor, Path.Combine(unfinished, name));
        }

        Pin.Rename(unfinished, PathOf(_newest + 1));
    }

    /// <summary>Hands over the generations that are not in use, oldest first.</summary>
    public IReadOnlyList<FlowGeneration> TakeOlder()
    {
        var older = _generations[..^(Adopted ? 1 : 0)];
        _generations.RemoveRange(0, older.Count);
        return older;
    }

    public void Dispose() => _generations.ForEach(generation => generation.Dispose());

    private string PathOf(int number) =>
        Path.Combine(_directory, number.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<int> Numbers(string directory)
    {
        foreach (var path in Directory.EnumerateDirectories(directory))
        {
            if (
                int.TryParse(
                    Path.GetFileName(path),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
            {
                yield return number;
            }
        }
    }
}
