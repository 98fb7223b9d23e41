using System.Text;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Detections.Events;
using NetMon.Core.Drops;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Fuzz.Decoders;

/// <summary>What clients ask: queries and headers. What cannot be read is answered with an error that is not longer than it has to be.</summary>
internal static class RequestDecoders
{
    private const int LongestError = 4096;

    private static readonly IReadOnlyList<byte[]> Words =
    [
        .. FlowCriterion.All.Select(one => Encoding.UTF8.GetBytes($"&{one.Name}=")),
        .. SecurityEventQuery.Parameters.Select(one => Encoding.UTF8.GetBytes($"&{one.Name}=")),
        .. Seeds.Words(
            "&reason= &sort= &last= &follow=true %2f %25 %00 %c0%80 %u0041 10.0.0.0/8 ::/0 1-65535 65536 ! * shop/web app=web,tier!=x & = ; # ?"
        ),
    ];

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [("query-flows", Flows), ("query-drops", Drops), ("query-events", Events), ("accept", Accept)];

    private static Decoder Flows(string name) =>
        Queries(
            name,
            "/api/v1/flows",
            [
                "ip=10.0.0.1&port=443&protocol=tcp&sort=bytes&last=10",
                "namespace=shop&pod=shop/web-0&workload=web*&service=web&label=app%3Dweb&node=n1&from=external&to=10.0.0.0/8",
                "scope=pod-to-pod&traffic=external&direction=egress&state=established&status=failed&cause=timeout&follow=true",
            ],
            parameters =>
            {
                var ok = FlowQuery.TryParse(parameters, out var query, out var errors);
                Check(errors);
                _ = query.Filter.Matches(in Sample);
                return ok;
            }
        );

    private static Decoder Drops(string name) =>
        Queries(
            name,
            "/api/v1/drops",
            ["reason=NETFILTER_DROP&ip=10.0.0.1&last=5", "follow=true&pod=web-0&port=80&protocol=udp"],
            parameters =>
            {
                var ok = DropQuery.TryParse(parameters, out var query, out var errors);
                Check(errors);
                _ = query.Ends.Matches(in Sample);
                return ok;
            }
        );

    private static Decoder Events(string name) =>
        Queries(
            name,
            "/api/v1/events",
            [
                "type=vertical-scan&severity=high&since=15m&limit=5",
                "namespace=shop&workload=shop/web&since=2026-01-31T12:00:00Z&follow=true",
            ],
            parameters =>
            {
                var ok = SecurityEventQuery.TryParse(
                    parameters,
                    DateTimeOffset.UnixEpoch.AddYears(56),
                    out _,
                    out var errors
                );
                Check(errors);
                return ok;
            }
        );

    private static Decoder Accept(string name) =>
        new(
            name,
            "the header Accept",
            [
                .. new[]
                {
                    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                    "text/html, */*; q=0.1",
                }.Select(Encoding.ASCII.GetBytes),
            ],
            () =>
                input =>
                    ExpositionFormats.Negotiate(Encoding.Latin1.GetString(input))
                    == ExpositionFormat.OpenMetrics
        )
        {
            Words = Seeds.Words("application/openmetrics-text text/plain ;q= ;version= , ; * 0.0.1 1.0.0"),
        };

    private static readonly Flow Sample = MakeSample();

    private static Flow MakeSample()
    {
        var agent = new PipelineUnderTest(capacity: 16, follow: false);
        var record = new TestFlow("10.0.0.1:40000", "192.0.2.7:443")
            .Established()
            .Record(RecordReason.Open, (1, 60));
        agent.Process(in record);
        return agent.Flows()[0];
    }

    private static Decoder Queries(
        string name,
        string path,
        string[] seeds,
        Func<IEnumerable<KeyValuePair<string, string?>>, bool> parse
    ) =>
        new(
            name,
            $"the query of {path}",
            [.. seeds.Select(Encoding.ASCII.GetBytes)],
            () =>
                input =>
                {
                    // As the server hands it on: a character for each byte.
                    var context = new DefaultHttpContext();
                    context.Request.QueryString = new QueryString("?" + Encoding.Latin1.GetString(input));
                    IQueryCollection query;
                    try
                    {
                        query = context.Request.Query;
                    }
                    catch (InvalidDataException)
                    {
                        // More than 1024 parameters.
                        return false;
                    }

                    return parse(FlowsEndpoint.Parameters(query));
                }
        )
        {
            Words = Words,
            MaxLength = 8 * 1024,
            Allocation = (1024 * 1024, 1024),
        };

    private static void Check(IReadOnlyList<string> errors) =>
        BrokenException.Unless(errors.All(one => one.Length <= LongestError), "an error without end");
}
