using System.Globalization;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Pinning;

/// <summary>
/// Programs that cannot be replaced in their links (tracepoints), pinned with their maps under a name that says exactly which they are: an agent with
/// the same programs and settings goes on with them as they are, without loading anything; any other removes them.
/// </summary>
internal sealed class ObjectPins
{
    private const string Unfinished = "new";

    private readonly string _directory;
    private readonly string _path;

    /// <param name="pins">Where.</param>
    /// <param name="kind">What they are about: a directory's name.</param>
    /// <param name="image">The object.</param>
    /// <param name="settings">What it is loaded with.</param>
    public ObjectPins(PinDirectory pins, string kind, ReadOnlySpan<byte> image, ReadOnlySpan<byte> settings)
    {
        _directory = Path.Combine(pins.Path, kind);
        var identity = Mix(Mix(OffsetBasis, image), settings);
        _path = Path.Combine(_directory, identity.ToString("x16", CultureInfo.InvariantCulture));
    }

    // FNV-1a, 64 bits (RFC draft-eastlake-fnv).
    private const ulong OffsetBasis = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;

    /// <summary>Whether exactly these programs are pinned.</summary>
    public bool Exist => Directory.Exists(_path);

    /// <summary>Removes all that is pinned of a kind, whichever it is.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public static void Remove(PinDirectory? pins, string kind)
    {
        if (pins is not null)
        {
            Pin.RemoveAll(Path.Combine(pins.Path, kind));
        }
    }

    /// <summary>Removes other programs of this kind, and what was not pinned whole.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public void RemoveOthers()
    {
        foreach (var other in Others)
        {
            Pin.RemoveAll(other);
        }
    }

    /// <summary>The other programs of this kind.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<ObjectPredecessor> OpenOthers()
    {
        Pin.RemoveAll(Path.Combine(_directory, Unfinished));
        return [.. Others.Select(path => new ObjectPredecessor(path))];
    }

    private string[] Others =>
        Directory.Exists(_directory)
            ? Array.FindAll(
                Directory.GetDirectories(_directory),
                other => !string.Equals(other, _path, StringComparison.Ordinal)
            )
            : [];

    /// <exception cref="BpfException">There is none.</exception>
    public BpfMap Map(string name) => BpfMap.FromKernel(name, Open(name, PinKind.Map));

    /// <exception cref="BpfException">There is none.</exception>
    public BpfProgram Program(string name) => new(name, Open(name, PinKind.Program));

    /// <exception cref="BpfException">There is none.</exception>
    public FileDescriptor Link(string name) => Open(name, PinKind.Link);

    public bool Has(string name) => File.Exists(Path.Combine(_path, name));

    /// <summary>Pins all of it, or nothing.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Keep(IEnumerable<(string Name, FileDescriptor Descriptor)> objects)
    {
        var unfinished = Path.Combine(_directory, Unfinished);
        Pin.RemoveAll(unfinished);
        Pin.MakeDirectory(unfinished);
        foreach (var (name, descriptor) in objects)
        {
            Pin.Place(descriptor, Path.Combine(unfinished, name));
        }

        Pin.RemoveAll(_path);
        Pin.Rename(unfinished, _path);
    }

    private FileDescriptor Open(string name, PinKind kind) =>
        Pin.TryOpen(Path.Combine(_path, name), kind)
        ?? throw new BpfException($"open the pin {Path.Combine(_path, name)}", Errno.ENOENT, "");

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var each in bytes)
        {
            hash = (hash ^ each) * Prime;
        }

        return hash;
    }
}
