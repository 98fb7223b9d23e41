using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Api;
using NetMon.Agent.Diagnosis;
using NetMon.Agent.Ledger;
using NetMon.Agent.Lifecycle;
using NetMon.Agent.Logging;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;
using NetMon.Configuration;
using NetMon.Configuration.Reloading;
using NetMon.Fuzz.Mutation;

namespace NetMon.Fuzz.Decoders;

/// <summary>What clients send to change an agent, answered or refused; and what an agent that is gone left.</summary>
internal static class BodyDecoders
{
    private static readonly IReadOnlyList<byte[]> Words = Seeds.Words(
        "\"log.level\": \"debug\" \"flow.interval\": \"5s\" \"capture.exclude\": [ ] \"seconds\": \"categories\": \"level\": \"off\": \"keep\": null true false , : { } \"capture\" 1e300 -1"
    );

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [
        (
            "body-config",
            name =>
                Bodies(
                    name,
                    "/api/v1/config",
                    OpenConfig,
                    """{"log.level":"debug"}""",
                    """{"capture.exclude":["lo","veth*"],"flow.max_age":null}"""
                )
        ),
        (
            "body-trace",
            name =>
                Bodies(
                    name,
                    "/api/v1/debug/trace",
                    OpenTrace,
                    """{"off":true}""",
                    """{"level":"trace","seconds":60}""",
                    """{"categories":["capture"],"seconds":600}"""
                )
        ),
        (
            "body-stop",
            name => Bodies(name, StopEndpoint.Path, OpenStop, """{"keep":true}""", """{"keep":false}""")
        ),
        ("ledger-records", Records),
        ("ledger-layout", Layouts),
    ];

    private static Decoder Bodies(
        string name,
        string path,
        Func<RequestDelegate> open,
        params string[] seeds
    ) =>
        new(
            name,
            $"the body of a POST to {path}",
            [.. seeds.Select(Encoding.UTF8.GetBytes)],
            () =>
            {
                var handle = open();
                return input =>
                {
                    var context = new DefaultHttpContext();
                    context.Request.Body = new MemoryStream(input.ToArray());
                    using var answer = new MemoryStream();
                    context.Response.Body = answer;
                    handle(context).GetAwaiter().GetResult();
                    // As the server does.
                    context.Response.CompleteAsync().GetAwaiter().GetResult();
                    var status = context.Response.StatusCode;
                    BrokenException.Unless(status is 200 or 202 or 400, $"an answer of {status}");
                    BrokenException.Unless(answer.Length > 0, "no answer");
                    return status != 400;
                };
            }
        )
        {
            Words = Words,
            Allocation = (2 * 1024 * 1024, 4096),
        };

    private static RequestDelegate OpenConfig()
    {
        var settings = ConfiguredSettings.Load(
            AgentConfiguration.OfProcess(null, []),
            [],
            TimeProvider.System
        )!;
        return new ConfigEndpoint(settings).SetAsync;
    }

    private static RequestDelegate OpenTrace() =>
        new TraceEndpoint(
            new LogLevels(LogLevel.Information, TimeProvider.System),
            new LogRing(TimeProvider.System),
            NullLogger<TraceEndpoint>.Instance
        ).HandleAsync;

    private static RequestDelegate OpenStop() => new StopEndpoint(new AgentStop()).HandleAsync;

    private static Decoder Records(string name)
    {
        var flow = new TestFlow("10.0.0.1:40000", "192.0.2.7:443").Established();
        FlowRecord[] records =
        [
            flow.Record(RecordReason.Open, (1, 60)),
            flow.Record(RecordReason.End, (9, 900), (8, 800)),
        ];
        return new Decoder(
            name,
            "records of a journal",
            [.. records.Select(Write)],
            () =>
                static input =>
                {
                    if (!SparseRecord.TryRead(input, out var record))
                    {
                        return false;
                    }

                    BrokenException.Unless(
                        SparseRecord.TryRead(Write(record), out var again)
                            && MemoryMarshal
                                .AsBytes(new ReadOnlySpan<FlowRecord>(in record))
                                .SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<FlowRecord>(in again))),
                        "a record is not read as it was written"
                    );
                    return true;
                }
        )
        {
            Grammar = Grammar.Fields,
        };
    }

    // With a checksum that is right: else nearly all would be refused for it.
    private static Decoder Layouts(string name) =>
        new(
            name,
            "what a journal says of its records",
            [RecordLayout.Own.Describe()],
            () =>
            {
                var record = new byte[RecordLayout.MaxRecordBytes];
                Array.Fill(record, (byte)0xff);
                return input =>
                {
                    var bytes = input.ToArray();
                    LayoutDescription.Seal(bytes);
                    if (!RecordLayout.TryParse(bytes, out var layout, out var fault))
                    {
                        BrokenException.Unless(fault.Length > 0, "a description is refused without a reason");
                        return false;
                    }

                    layout!.Translate(record.AsSpan(0, layout.RecordBytes));
                    BrokenException.Unless(
                        RecordLayout.TryParse(layout.Describe(), out var again, out _)
                            && again!.RecordBytes == layout.RecordBytes,
                        "a description is not read as it was written"
                    );
                    return true;
                };
            }
        )
        {
            Grammar = Grammar.Fields,
        };

    private static byte[] Write(FlowRecord record)
    {
        var room = new byte[SparseRecord.MaxBytes];
        return room[..SparseRecord.Write(in record, room)];
    }
}
