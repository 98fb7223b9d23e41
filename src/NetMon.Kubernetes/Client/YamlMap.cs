using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NetMon.Kubernetes.Client;

/// <summary>A mapping of a YAML file, which knows where it is in it. Absent, null and empty values are alike: not there.</summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode _node;
    private readonly string _path;

    private YamlMap(string file, string path, YamlMappingNode node)
    {
        File = file;
        _path = path;
        _node = node;
    }

    public string File { get; }

    public IEnumerable<KeyValuePair<YamlNode, YamlNode>> Members => _node.Children;

    /// <summary>Reads a file whose content is a mapping.</summary>
    /// <exception cref="ClusterConfigurationException">It cannot be read, or is no such YAML.</exception>
    public static YamlMap Load(string file)
    {
        try
        {
            using var text = System.IO.File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(new YamlEvents(text));
            var root = stream.Documents.Count > 0 ? stream.Documents[0].RootNode : new YamlMappingNode();
            if (root is YamlMappingNode mapping)
            {
                return new YamlMap(file, "", mapping);
            }

            return IsNull(root)
                ? new YamlMap(file, "", [])
                : throw new ClusterConfigurationException($"{file}: not a kubeconfig");
        }
        catch (YamlException error)
        {
            throw new ClusterConfigurationException($"{file}:{error.Start.Line}: {error.Message}", error);
        }
        // What the tree's builder throws for a document that ends too early.
        catch (Exception error)
            when (error is InvalidOperationException or ArgumentException or EndOfStreamException)
        {
            throw new ClusterConfigurationException($"{file}: not YAML: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigurationException($"{file}: {error.Message}", error);
        }
    }

    public string? Text(string key)
    {
        var value = Find(key);
        return value switch
        {
            null => null,
            YamlScalarNode { Value: { Length: > 0 } text } => text,
            YamlScalarNode => null,
            _ => throw Wrong(key, "a text was expected"),
        };
    }

    public bool Flag(string key) =>
        Text(key) switch
        {
            null or "false" or "False" or "FALSE" => false,
            "true" or "True" or "TRUE" => true,
            _ => throw Wrong(key, "true or false was expected"),
        };

    public YamlMap? Map(string key) =>
        Find(key) switch
        {
            null => null,
            YamlMappingNode mapping => new YamlMap(File, PathOf(key), mapping),
            _ => throw Wrong(key, "a mapping was expected"),
        };

    public YamlNode? Node(string key) => Find(key);

    /// <summary>The mappings in a list.</summary>
    public IEnumerable<YamlMap> Maps(string key)
    {
        var index = 0;
        foreach (var item in List(key))
        {
            var path = $"{key}[{index++}]";
            yield return item is YamlMappingNode mapping
                ? new YamlMap(File, PathOf(path), mapping)
                : throw Wrong(path, "a mapping was expected");
        }
    }

    /// <summary>The texts in a list.</summary>
    public IReadOnlyList<string> Texts(string key) =>
        [
            .. List(key)
                .Select(item =>
                    item is YamlScalarNode { Value: { } text }
                        ? text
                        : throw Wrong(key, "a list of texts was expected")
                ),
        ];

    /// <summary>A path in the file, which is relative to the file.</summary>
    public string? FilePath(string key) =>
        Text(key) is { } path ? Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(File))!) : null;

    /// <summary>PEM, as base64 in <c>KEY-data</c>, else in the file that <c>KEY</c> names.</summary>
    public PemSource? Pem(string key)
    {
        if (Text(key + "-data") is not { } data)
        {
            return FilePath(key) is { } path ? new PemSource(path, null) : null;
        }

        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(data));
            return new PemSource($"{File}: {PathOf(key)}-data", text);
        }
        catch (FormatException error)
        {
            throw Wrong(key + "-data", error.Message);
        }
    }

    public ClusterConfigurationException Wrong(string key, string message)
    {
        var line = Find(key)?.Start.Line ?? _node.Start.Line;
        return new ClusterConfigurationException($"{File}:{line}: {PathOf(key)}: {message}");
    }

    private IEnumerable<YamlNode> List(string key) =>
        Find(key) switch
        {
            null => [],
            YamlSequenceNode sequence => sequence.Children,
            _ => throw Wrong(key, "a list was expected"),
        };

    private YamlNode? Find(string key) =>
        _node.Children.TryGetValue(new YamlScalarNode(key), out var value) && !IsNull(value) ? value : null;

    private static bool IsNull(YamlNode node) =>
        node
            is YamlScalarNode
            {
                Style: ScalarStyle.Plain,
                Value: null or "" or "~" or "null" or "Null" or "NULL"
            };

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
