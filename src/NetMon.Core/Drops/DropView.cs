using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using NetMon.Core.Flows;

namespace NetMon.Core.Drops;

/// <summary>Drops as a reader of the API sees them.</summary>
public sealed class DropView
{
    /// <summary>Name of the node whose agent told of it; only in answers that several agents gave together.</summary>
    public string? Agent { get; init; }

    /// <summary>Of the last packet.</summary>
    public required DateTimeOffset Time { get; init; }
    public DateTimeOffset? First { get; init; }
    public required string Reason { get; init; }

    /// <summary>loss or policy.</summary>
    public string? Class { get; init; }
    public required long Packets { get; init; }
    public required long Bytes { get; init; }
    public required string Protocol { get; init; }

    /// <summary>egress, ingress or transit.</summary>
    public string? Direction { get; init; }

    /// <summary>send, receive or forward.</summary>
    public string? Path { get; init; }

    /// <summary>The end that sent the packets.</summary>
    public required EndpointView Source { get; init; }
    public required EndpointView Destination { get; init; }
    public DropInterfaceView? Interface { get; init; }
    public long? Netns { get; init; }
    public bool? Host { get; init; }
    public string? Location { get; init; }

    /// <summary>Number of the flow; null if the packets are of none that was observed.</summary>
    public string? Flow { get; init; }
    public string? Hint { get; init; }
}

public sealed class DropInterfaceView
{
    public required int Index { get; init; }
    public string? Name { get; init; }
}

/// <summary>The answer of <c>/api/v1/drops</c>.</summary>
public sealed class DropListView
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>Remembered drops that passed the filter, before the limit.</summary>
    public required int Total { get; init; }
    public required IReadOnlyList<DropView> Drops { get; init; }
}

/// <summary>Reads what <see cref="DropJson"/> wrote; members it does not know are passed over.</summary>
public static class DropJsonReader
{
    /// <returns>False when the text is not the answer of <c>/api/v1/drops</c>.</returns>
    public static bool TryReadList(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out DropListView? list)
    {
        try
        {
            list = JsonSerializer.Deserialize(utf8, DropViewContext.Default.DropListView);
        }
        catch (JsonException)
        {
            list = null;
        }

        return list is not null;
    }

    /// <returns>False when the line is neither a drop nor a loss.</returns>
    public static bool TryReadLine(ReadOnlySpan<byte> utf8, out DropView? drop, out long lost)
    {
        (drop, lost) = (null, 0);
        try
        {
            if (utf8.StartsWith("{\"lost\""u8))
            {
                lost = JsonSerializer.Deserialize(utf8, DropViewContext.Default.LossView)?.Lost ?? 0;
                return lost > 0;
            }

            drop = JsonSerializer.Deserialize(utf8, DropViewContext.Default.DropView);
            return drop is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    Converters = [typeof(SharedTextConverter), typeof(SharedLabelsConverter)]
)]
[JsonSerializable(typeof(DropView))]
[JsonSerializable(typeof(DropListView))]
[JsonSerializable(typeof(LossView))]
internal sealed partial class DropViewContext : JsonSerializerContext;
