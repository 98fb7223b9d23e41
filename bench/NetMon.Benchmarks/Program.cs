using NetMon.Benchmarks.Figures;
using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;

// usage: NetMon.Benchmarks FOLDER RESULTS [FIGURE]...
//   FOLDER    with packet_cost and the BPF objects, as bench/run builds them
//   RESULTS   the file to write
//   FIGURE    only these: packet, throughput, rate, memory, latency, start, record, conntrack, cluster
var folder = args[0];
(string Name, Func<Section> Measure)[] figures =
[
    ("packet", () => PacketCost.Measure(folder)),
    ("throughput", Throughput.Measure),
    ("rate", ConnectionRate.Measure),
    ("memory", Memory.Measure),
    ("latency", () => Latency.Measure(folder)),
    ("start", StartUp.Measure),
    ("record", RecordPath.Measure),
    ("conntrack", ConntrackLookup.Measure),
    ("cluster", ClusterCost.Measure),
];

var machine = Machine.Describe();
Console.Error.WriteLine(AgentBinary.Find());
var sections = new List<Section>();
foreach (
    var (name, measure) in figures.Where(figure => args.Length == 2 || args.AsSpan(2).Contains(figure.Name))
)
{
    Console.Error.WriteLine($"{DateTimeOffset.UtcNow:HH:mm:ss} {name}");
    sections.Add(measure());
}

File.WriteAllText(args[1], Report.Write(machine, sections));
return 0;
