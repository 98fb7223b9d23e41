using System.Diagnostics;
using System.Globalization;
using System.Net;
using NetMon.Benchmarks.Reporting;
using NetMon.Bpf.Netlink;
using NetMon.Lab.Machines;

namespace NetMon.Benchmarks.Figures;

/// <summary>(g) What a question to conntrack costs.</summary>
internal static class ConntrackLookup
{
    private const int Connections = 4096;
    private const int Rounds = 15;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(200);

    private static readonly ConnectionTuple Base = Begin();

    public static Section Measure()
    {
        using var network = new LabNetwork();
        var node = network.AddNamespace("node");
        Insert(node);
        using var conntrack = node.Inside(Conntrack.Open);
        return new(
            "(g) A look-up of a tracked connection",
            $"Over netlink, per tuple, {Connections} connections in the table; median of {Rounds} rounds. A batch is one datagram of questions.",
            [
                .. from batch in (int[])[1, 64]
                from known in (bool[])[true, false]
                select Look(conntrack, batch, known),
            ]
        );
    }

    private static Figure Look(Conntrack conntrack, int batch, bool known)
    {
        var asked = new ConnectionTuple[batch];
        var found = new TranslatedConnection[batch];
        var times = new List<double>();
        var next = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var count = 0;
            while (Stopwatch.GetElapsedTime(start) < Round)
            {
                for (var i = 0; i < batch; i++)
                {
                    asked[i] = Tuple(next++ % Connections, known);
                }

                conntrack.Find(asked, found);
                count += batch;
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
            if (Array.Exists(found, each => each.Found != known))
            {
                throw new InvalidOperationException("conntrack did not answer as it should");
            }
        }

        return new(
            $"{(known ? "found" : "not found")}, {(batch == 1 ? "one at a time" : $"batches of {batch}")}",
            $"{Statistics.Median(times):0} ns"
        );
    }

    private static void Insert(Lab.Machines.NetworkNamespace node)
    {
        var path = Path.GetTempFileName();
        File.WriteAllLines(
            path,
            Enumerable
                .Range(0, Connections)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"-I -p udp -s 10.0.0.1 -d 10.96.0.1 --sport {1000 + i} --dport 53 --reply-src 10.0.0.2 --reply-dst 10.0.0.1 --reply-port-src 5353 --reply-port-dst {1000 + i} -t 3600"
                    )
                )
        );
        node.Run("conntrack", "-R", path);
        File.Delete(path);
    }

    private static ConnectionTuple Tuple(int number, bool known)
    {
        var tuple = Base;
        tuple.SourcePort = (ushort)(1000 + number);
        tuple.DestinationPort = (ushort)(known ? 53 : 54);
        return tuple;
    }

    private static ConnectionTuple Begin()
    {
        var tuple = new ConnectionTuple { Protocol = 17 };
        IPAddress.Parse("::ffff:10.0.0.1").TryWriteBytes(tuple.Source, out _);
        IPAddress.Parse("::ffff:10.96.0.1").TryWriteBytes(tuple.Destination, out _);
        return tuple;
    }
}
