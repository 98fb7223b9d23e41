using System.Text;
using System.Text.Json;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Reading;
using NetMon.Kubernetes.Watching;

namespace NetMon.Fuzz.Decoders;

/// <summary>What an API server, or what is in its place, answers. An object that cannot be read is told by its name; an answer that is no JSON ends the request.</summary>
internal static class KubernetesDecoders
{
    private static readonly IReadOnlyList<byte[]> Words = Seeds.Words(
        "\"metadata\":{ \"items\":[ \"name\":\"x\" \"namespace\":\"n\" \"uid\":\"u\" \"labels\":{ \"ownerReferences\":[ \"spec\":{ \"status\":{ \"podIPs\":[{\"ip\":\"::1\"}] "
            + "\"clusterIPs\":[ \"ports\":[ \"port\":80 \"addresses\":[ \"object\":{ \"type\":\"ADDED\" \"type\":\"ERROR\" \"resourceVersion\":\"1\" 10.0.0.0/33 ::/129 fe80::1%eth0 0x0a.1 "
            + "2026-13-01T00:00:00Z 0001-01-01T00:00:00Z , : [ ] { }"
    );

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [
        ("api-pods", name => Objects(name, WatchedResources.Pods, "pods.txt", pod => pod.Id)),
        ("api-nodes", name => Objects(name, WatchedResources.Nodes, "nodes.txt", node => node.Id)),
        (
            "api-services",
            name => Objects(name, WatchedResources.Services, "services.txt", service => service.Id)
        ),
        (
            "api-slices",
            name => Objects(name, WatchedResources.EndpointSlices, "slices.txt", slice => slice.Id)
        ),
        ("api-namespaces", name => Objects(name, WatchedResources.Namespaces, "owners.txt", one => one.Id)),
        ("api-replicasets", name => Objects(name, WatchedResources.ReplicaSets, "owners.txt", one => one.Id)),
        ("api-jobs", name => Objects(name, WatchedResources.Jobs, "owners.txt", one => one.Id)),
        ("api-frames", Frames),
        ("api-list-ends", ListEnds),
        ("api-status", Statuses),
        ("exec-credentials", Credentials),
    ];

    private static Decoder Objects<T>(
        string name,
        WatchedResource<T> resource,
        string file,
        Func<T, ObjectName> id
    )
        where T : class
    {
        var objects = Seeds.Lines(file);
        var seeds = new List<byte[]> { List([.. objects]) };
        seeds.AddRange(objects.Select(one => List(one)));
        return new Decoder(
            name,
            $"lists of {resource.Name}",
            seeds,
            () =>
            {
                var reader = new ObjectReader<T>(resource.Read);
                return input => ReadList(reader, resource.ListFields, input, item => CheckName(id(item)));
            }
        )
        {
            Words = Words,
        };
    }

    private static byte[] List(params byte[][] items) =>
        Encoding.UTF8.GetBytes(
            $$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"4711"},"items":[{{string.Join(',', items.Select(Encoding.UTF8.GetString))}}]}"""
        );

    private static bool ReadList<T>(
        ObjectReader<T> reader,
        FieldTree fields,
        ReadOnlySpan<byte> input,
        Action<T> check
    )
        where T : class
    {
        var read = 0;
        var whole = Filter(
            fields,
            input,
            input.Length,
            (told, json, truncated) =>
            {
                if (told == FilterEvent.Item && reader.Read(json, truncated).Item is { } item)
                {
                    check(item);
                    read++;
                }
            }
        );
        CheckPieces(fields, input, whole);
        return read > 0;
    }

    private delegate void Take(FilterEvent told, ReadOnlySpan<byte> json, bool truncated);

    /// <summary>Reads a text in pieces of a length.</summary>
    /// <returns>A hash of everything that was told.</returns>
    private static int Filter(FieldTree fields, ReadOnlySpan<byte> input, int piece, Take take)
    {
        var filter = new JsonFilter(fields, ObjectStream.MaxObject);
        var hash = default(HashCode);
        for (var at = 0; at < input.Length; )
        {
            var told = filter.Read(input.Slice(at, Math.Min(piece, input.Length - at)), out var consumed);
            at += consumed;
            if (told == FilterEvent.NeedsInput)
            {
                BrokenException.Unless(consumed > 0, "nothing is consumed");
                continue;
            }

            hash.Add(told);
            if (told == FilterEvent.Invalid)
            {
                break;
            }

            hash.AddBytes(filter.Json);
            take(told, filter.Json, filter.IsTruncated);
        }

        return hash.ToHashCode();
    }

    // However the bytes arrive, the same is read.
    private static void CheckPieces(FieldTree fields, ReadOnlySpan<byte> input, int whole)
    {
        var piece = input.Length < 64 ? 1 : 1 + (input.Length % 61);
        BrokenException.Unless(
            Filter(fields, input, piece, static (_, _, _) => { }) == whole,
            $"in pieces of {piece} bytes it is read differently"
        );
    }

    // Names go to terminals and metrics.
    private static void CheckName(ObjectName id) =>
        BrokenException.Unless(
            FieldReader.IsPrintable(id.Name)
                && FieldReader.IsPrintable(id.Namespace)
                && id.Name.Length <= ObjectMetadata.LongestName,
            "a name that is not printable"
        );

    private static Decoder Frames(string name)
    {
        var frames = Seeds.Lines("frames.txt");
        return new Decoder(
            name,
            "frames of a watch",
            [.. frames, [.. frames.SelectMany(one => one)]],
            () =>
            {
                var reader = new ObjectReader<PodObject>(WatchedResources.Pods.Read);
                return input =>
                {
                    var read = 0;
                    var whole = Filter(
                        WatchedResources.Pods.FrameFields,
                        input,
                        input.Length,
                        (told, json, truncated) =>
                        {
                            if (told != FilterEvent.Document || !WatchFrame.TryRead(json, out var frame))
                            {
                                return;
                            }

                            read++;
                            BrokenException.Unless(frame.Object.Length > 0, "a frame without an object");
                            if (reader.Read(frame.Object, truncated).Item is { } pod)
                            {
                                CheckName(pod.Id);
                            }
                        }
                    );
                    CheckPieces(WatchedResources.Pods.FrameFields, input, whole);
                    return read > 0;
                };
            }
        )
        {
            Words = Words,
            // Each frame that is none has its exception.
            Allocation = (256 * 1024, 4096),
        };
    }

    private static Decoder ListEnds(string name) =>
        new(
            name,
            "what a list says of itself",
            Seeds.Lines("list-ends.txt"),
            () => input => ListEnd.TryRead(input, out _)
        )
        {
            Words = Words,
        };

    private static Decoder Statuses(string name) =>
        new(
            name,
            "meta/v1 Status",
            Seeds.Lines("statuses.txt"),
            () =>
                input =>
                {
                    var status = ApiStatus.Read(input);
                    BrokenException.Unless(status.Code is >= 0 and <= 999, "a code that is none");
                    return status.Code != 0;
                }
        )
        {
            Words = Words,
        };

    private static Decoder Credentials(string name) =>
        new(
            name,
            "what an exec plugin prints",
            Seeds.Lines("exec-credentials.txt"),
            () =>
                input =>
                {
                    try
                    {
                        return ExecCredential.Read(input, ExecCredential.V1).Authorization is not null;
                    }
                    catch (Exception error)
                        when (error
                                is InvalidDataException
                                    or System.Security.Cryptography.CryptographicException
                        )
                    {
                        return false;
                    }
                }
        )
        {
            Words =
            [
                .. Words,
                .. Seeds.Words(
                    "\"token\":\"x\" \"clientCertificateData\":\"x\" \"clientKeyData\":\"x\" \"expirationTimestamp\":"
                ),
            ],
        };
}
