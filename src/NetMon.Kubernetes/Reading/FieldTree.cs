using System.Text;

namespace NetMon.Kubernetes.Reading;

/// <summary>
/// Which fields of a JSON text are wanted. A leaf is wanted with all that is in it; of an inner field only its children are,
/// and arrays are looked through: what holds for the field holds for each of its elements.
/// </summary>
internal sealed class FieldTree
{
    private byte[][] _names = [];
    private FieldTree[] _children = [];

    private FieldTree(bool splits = false) => Splits = splits;

    public bool IsLeaf => _children.Length == 0;

    /// <summary>The elements of this array are handed out one by one, instead of with what is around them.</summary>
    public bool Splits { get; }

    /// <summary>A tree of paths, the names in each separated by spaces, as <c>metadata name</c>.</summary>
    public static FieldTree Of(params ReadOnlySpan<string> paths)
    {
        var root = new FieldTree();
        foreach (var path in paths)
        {
            var at = root;
            foreach (var name in path.Split(' '))
            {
                at = at.Child(name);
            }
        }

        return root;
    }

    /// <summary>A list of objects, split into its items.</summary>
    public static FieldTree ListOf(FieldTree item)
    {
        var list = Of("kind", "metadata resourceVersion", "metadata continue");
        list.Add("items", item.Copy(splits: true));
        return list;
    }

    /// <summary>A frame of a watch: an object, or a bookmark or Status in its place.</summary>
    public static FieldTree FrameOf(FieldTree item)
    {
        var told = item.Copy(splits: false);
        told.Child("code");
        told.Child("reason");
        told.Child("message");
        var metadata = told.Child("metadata");
        metadata.Child("resourceVersion");
        metadata.Child("annotations").Child(WatchFrame.InitialEventsEnd);
        var frame = Of("type");
        frame.Add("object", told);
        return frame;
    }

    /// <summary>The child of a name; null if it is not wanted.</summary>
    public FieldTree? Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return _children[i];
            }
        }

        return null;
    }

    private FieldTree Child(string name)
    {
        var child = Find(Encoding.UTF8.GetBytes(name));
        if (child is null)
        {
            child = new FieldTree();
            Add(name, child);
        }

        return child;
    }

    private void Add(string name, FieldTree child)
    {
        _names = [.. _names, Encoding.UTF8.GetBytes(name)];
        _children = [.. _children, child];
    }

    private FieldTree Copy(bool splits) =>
        new(splits)
        {
            _names = _names,
            _children = [.. _children.Select(child => child.Copy(splits: false))],
        };
}
