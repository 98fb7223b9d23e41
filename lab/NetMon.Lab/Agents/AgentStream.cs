using System.Net;
using System.Text.Json;
using NetMon.Lab.Captures;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Agents;

/// <summary>The agent's live flow stream (<c>/api/v1/flows?follow=true</c>), read to its end on a thread of its own.</summary>
public sealed class AgentStream
{
    private readonly Dictionary<string, StreamedFlow> _flows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _tcp = new(StringComparer.Ordinal);
    private readonly FlowTally _tally = new();
    private readonly Lock _lock = new();
    private readonly Thread _reader;
    private readonly HttpResponseMessage _response;
    private Exception? _failure;
    private long _lost;

    private AgentStream(HttpResponseMessage response)
    {
        _response = response;
        _reader = new Thread(Read) { Name = "flow stream", IsBackground = true };
        _reader.Start();
    }

    /// <summary>Records that the agent says this reader was too slow for.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>A copy of what has come so far: the sum of all deltas.</summary>
    public FlowTally Tally
    {
        get
        {
            lock (_lock)
            {
                return _tally.Where(_ => true);
            }
        }
    }

    /// <summary>A copy of the flows so far, each as its latest record says.</summary>
    public IReadOnlyList<StreamedFlow> Flows
    {
        get
        {
            lock (_lock)
            {
                return [.. _flows.Values];
            }
        }
    }

    /// <summary>Sum over all records of a count in their <c>tcp</c> part, e.g. <c>retransmits_sent</c>.</summary>
    public long SumOfTcp(string count)
    {
        lock (_lock)
        {
            return _tcp.GetValueOrDefault(count);
        }
    }

    internal static AgentStream Open(HttpClient api)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/flows?follow=true");
        var response = api.Send(request, HttpCompletionOption.ResponseHeadersRead);
        return new AgentStream(response.EnsureSuccessStatusCode());
    }

    /// <summary>Waits for the agent to end the stream, which it does when it has drained.</summary>
    /// <exception cref="LabException">It broke off, or records were lost.</exception>
    public void WaitForEnd()
    {
        if (!_reader.Join(Wait.Patience))
        {
            throw new LabException("the flow stream does not end");
        }

        _response.Dispose();
        if (_failure is not null)
        {
            throw new LabException($"the flow stream broke off: {_failure.Message}", _failure);
        }

        if (Lost != 0)
        {
            throw new LabException($"the flow stream lost {Lost} records");
        }
    }

    private void Read()
    {
        try
        {
            using var reader = new StreamReader(_response.Content.ReadAsStream());
            while (reader.ReadLine() is { } line)
            {
                using var json = JsonDocument.Parse(line);
                Take(json.RootElement);
            }
        }
        catch (Exception e)
            when (e is IOException or HttpRequestException or JsonException or KeyNotFoundException)
        {
            _failure = e;
        }
    }

    private void Take(JsonElement json)
    {
        if (json.TryGetProperty("lost", out var lost))
        {
            Interlocked.Add(ref _lost, lost.GetInt64());
            return;
        }

        lock (_lock)
        {
            var flow = new StreamedFlow(json.Clone());
            var events = _flows.TryGetValue(flow.Id, out var before) ? before.Events : [];
            _flows[flow.Id] = flow with { Events = [.. events, flow.Event] };
            _tally.Add(flow.Forth, flow.Sent);
            _tally.Add(flow.Back, flow.Received);
            if (json.TryGetProperty("tcp", out var tcp))
            {
                foreach (
                    var count in tcp.EnumerateObject()
                        .Where(each => each.Value.ValueKind == JsonValueKind.Number)
                )
                {
                    _tcp[count.Name] = _tcp.GetValueOrDefault(count.Name) + count.Value.GetInt64();
                }
            }
        }
    }
}

/// <summary>One line of the stream: a flow as it is, and its counts since the line before.</summary>
public sealed record StreamedFlow(JsonElement Json)
{
    public string Id => Text("id");
    public string Event => Text("event");
    public string Protocol => Text("protocol");
    public string State => Text("state");
    public string Status => Text("status");
    public string Direction => Text("direction");
    public string Class => Text("class");

    /// <summary>Empty where none is known.</summary>
    public string Cause => Text("cause");

    /// <summary>Events of this flow so far, oldest first.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>The way of the initiator's packets, and of the answers.</summary>
    public Way Forth =>
        new(Number(Protocol), Address("source"), Port("source"), Address("destination"), Port("destination"));

    public Way Back =>
        new(Number(Protocol), Address("destination"), Port("destination"), Address("source"), Port("source"));

    public Count Sent => CountOf("sent");

    public Count Received => CountOf("received");

    private static readonly (byte Number, string Name)[] Protocols =
    [
        (1, "icmp"),
        (2, "igmp"),
        (6, "tcp"),
        (17, "udp"),
        (58, "icmpv6"),
        (132, "sctp"),
        (136, "udplite"),
    ];

    /// <summary>The name that the agent gives a protocol.</summary>
    public static string ProtocolName(byte number) => Protocols.First(each => each.Number == number).Name;

    private static byte Number(string protocol) => Protocols.First(each => each.Name == protocol).Number;

    private string Text(string name) =>
        Json.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private IPAddress Address(string end) =>
        IPAddress.Parse(Json.GetProperty(end).GetProperty("ip").GetString()!);

    private int Port(string end)
    {
        if (Json.GetProperty(end).TryGetProperty("port", out var port))
        {
            return port.GetInt32();
        }

        return Json.TryGetProperty("icmp", out var icmp) && icmp.TryGetProperty("id", out var id)
            ? id.GetInt32()
            : 0;
    }

    private Count CountOf(string way)
    {
        var json = Json.GetProperty(way);
        return new(json.GetProperty("packets").GetInt64(), json.GetProperty("bytes").GetInt64());
    }
}
