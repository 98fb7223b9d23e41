using System.Globalization;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Pinning;

/// <summary>The links that hold programs at interfaces, pinned as INTERFACE-HOOK.</summary>
internal sealed class LinkPins
{
    /// <summary>BPF_LINK_TYPE_TCX of linux/bpf.h.</summary>
    private const uint TcxLink = 11;

    private static readonly Hook[] Hooks = [Hook.Ingress, Hook.Egress];

    private readonly string _directory;

    /// <exception cref="BpfException">The directory cannot be made.</exception>
    public LinkPins(PinDirectory pins)
        : this(DirectoryIn(pins.Path)) => Pin.MakeDirectory(_directory);

    /// <param name="directory">May be missing.</param>
    public LinkPins(string directory) => _directory = directory;

    /// <param name="path">Of a network namespace's pins.</param>
    public static string DirectoryIn(string path) => Path.Combine(path, "links");

    /// <summary>Every name there is, whatever the link.</summary>
    public IEnumerable<(int InterfaceIndex, Hook Hook)> All
    {
        get
        {
            foreach (var path in Directory.Exists(_directory) ? Directory.GetFiles(_directory) : [])
            {
                var name = Path.GetFileName(path);
                foreach (var hook in Hooks)
                {
                    var suffix = $"-{Word(hook)}";
                    if (
                        name.EndsWith(suffix, StringComparison.Ordinal)
                        && int.TryParse(
                            name.AsSpan(0, name.Length - suffix.Length),
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out var ifindex
                        )
                    )
                    {
                        yield return (ifindex, hook);
                    }
                }
            }
        }
    }

    /// <returns>The link that an earlier process attached to this interface; null if there is none, or the interface it was at has vanished.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public FileDescriptor? TryOpen(int ifindex, Hook hook)
    {
        var link = Pin.TryOpen(PathOf(ifindex, hook), PinKind.Link);
        if (link is null)
        {
            return null;
        }

        var info = BpfLink.ReadInfo(link);
        if (
            info.Type == TcxLink
            && info.InterfaceIndex == (uint)ifindex
            && info.TcxAttachType
                == (uint)(hook == Hook.Ingress ? Libbpf.BPF_TCX_INGRESS : Libbpf.BPF_TCX_EGRESS)
        )
        {
            return link;
        }

        link.Dispose();
        return null;
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Keep(FileDescriptor link, int ifindex, Hook hook) => Pin.Place(link, PathOf(ifindex, hook));

    /// <summary>Detaches what has the name, and takes it away.</summary>
    /// <returns>Whether it was attached to anything.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Detach(int ifindex, Hook hook)
    {
        var link = TryOpen(ifindex, hook);
        if (link is not null)
        {
            BpfLink.Detach(link);
        }

        Pin.Remove(PathOf(ifindex, hook));
        return link is not null;
    }

    private string PathOf(int ifindex, Hook hook) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{ifindex}-{Word(hook)}"));

    private static string Word(Hook hook) => hook == Hook.Ingress ? "ingress" : "egress";
}
