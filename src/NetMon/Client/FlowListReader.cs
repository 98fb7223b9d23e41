using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using NetMon.Core.Flows;

namespace NetMon.Client;

/// <summary>
/// Reads the answer of <c>/api/v1/flows</c> as it arrives: <c>{"time":..,"total":N,"flows":[{..},..]}</c>, members in any order. Holds the flows, and of
/// the text one flow at a time, so that a list of a million flows needs no second copy.
/// </summary>
internal sealed class FlowListReader
{
    /// <summary>Longest flow taken, bytes.</summary>
    public const int MaxFlow = LineReader.MaxLine;

    private enum Place
    {
        Start,
        Answer,
        Time,
        Total,
        Flows,
        InFlows,
        Unknown,
        End,
    }

    private readonly List<FlowView> _flows = [];
    private readonly Action<ReadOnlySequence<byte>>? _take;
    private JsonReaderState _state;
    private Place _place;
    private DateTimeOffset? _time;
    private int? _total;

    private FlowListReader(Action<ReadOnlySequence<byte>>? take) => _take = take;

    /// <exception cref="JsonException">The text is not JSON, or not that of a list.</exception>
    public static Task<FlowListView> ReadAsync(Stream stream, CancellationToken cancellationToken) =>
        ReadAsync(stream, take: null, cancellationToken);

    /// <param name="stream">The answer.</param>
    /// <param name="take">Gets each flow's own JSON, valid during the call; the list that is returned then has none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="JsonException">The text is not JSON, or not that of a list.</exception>
    public static async Task<FlowListView> ReadAsync(
        Stream stream,
        Action<ReadOnlySequence<byte>>? take,
        CancellationToken cancellationToken
    )
    {
        var reader = new FlowListReader(take);
        var pipe = PipeReader.Create(stream);
        try
        {
            while (true)
            {
                var result = await pipe.ReadAsync(cancellationToken);
                var consumed = reader.Take(result.Buffer, result.IsCompleted);
                var left = result.Buffer.Slice(consumed);
                if (left.Length > MaxFlow)
                {
                    throw new JsonException($"a flow is longer than {MaxFlow} bytes");
                }

                pipe.AdvanceTo(consumed, result.Buffer.End);
                if (result.IsCompleted)
                {
                    return reader.Finish();
                }
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private FlowListView Finish() =>
        _place == Place.End && _time is { } time && _total is { } total
            ? new FlowListView
            {
                Time = time,
                Total = total,
                Flows = _flows,
            }
            : throw new JsonException("the list has no time, total and flows");

    /// <summary>Reads what is whole.</summary>
    /// <returns>Where the rest begins, to be handed in again with more.</returns>
    private SequencePosition Take(in ReadOnlySequence<byte> text, bool last)
    {
        var json = new Utf8JsonReader(text, last, _state);
        while (true)
        {
            var before = json;
            if (!Step(ref json, text))
            {
                _state = before.CurrentState;
                return before.Position;
            }
        }
    }

    // What the text reader throws for a name or time with half a surrogate.
    private bool Step(ref Utf8JsonReader json, in ReadOnlySequence<byte> text)
    {
        try
        {
            return TakeStep(ref json, text);
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("the list is not text", error);
        }
    }

    /// <returns>False if the text ends before the step does.</returns>
    private bool TakeStep(ref Utf8JsonReader json, in ReadOnlySequence<byte> text)
    {
        if (!json.Read())
        {
            return false;
        }

        switch (_place)
        {
            case Place.Start:
                Expect(json.TokenType == JsonTokenType.StartObject);
                _place = Place.Answer;
                return true;
            case Place.Answer when json.TokenType == JsonTokenType.EndObject:
                _place = Place.End;
                return true;
            case Place.Answer:
                _place =
                    json.ValueTextEquals("time"u8) ? Place.Time
                    : json.ValueTextEquals("total"u8) ? Place.Total
                    : json.ValueTextEquals("flows"u8) ? Place.Flows
                    : Place.Unknown;
                return true;
            case Place.Time:
                Expect(json.TokenType == JsonTokenType.String);
                _time = json.TryGetDateTimeOffset(out var time) ? time : null;
                break;
            case Place.Total:
                Expect(json.TokenType == JsonTokenType.Number);
                _total = json.TryGetInt32(out var total) ? total : null;
                break;
            case Place.Flows:
                Expect(json.TokenType == JsonTokenType.StartArray);
                _place = Place.InFlows;
                return true;
            case Place.InFlows when json.TokenType != JsonTokenType.EndArray:
                return TakeFlow(ref json, text);
            case Place.Unknown:
                if (!json.TrySkip())
                {
                    return false;
                }

                break;
        }

        _place = Place.Answer;
        return true;
    }

    private bool TakeFlow(ref Utf8JsonReader json, in ReadOnlySequence<byte> text)
    {
        Expect(json.TokenType == JsonTokenType.StartObject);
        var start = json.TokenStartIndex;
        if (!json.TrySkip())
        {
            return false;
        }

        var flow = text.Slice(start, json.BytesConsumed - start);
        if (_take is not null)
        {
            _take(flow);
            return true;
        }

        if (!FlowLines.TryRead(flow, out var line) || line.Flow is null)
        {
            throw new JsonException("a member of flows is not a flow");
        }

        _flows.Add(line.Flow);
        return true;
    }

    private static void Expect(bool met)
    {
        if (!met)
        {
            throw new JsonException("the answer is not a list of flows");
        }
    }
}
