using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetMon.Core.Flows;

/// <summary>
/// Reads what <see cref="FlowJson"/> wrote. Members it does not know are passed over, so that it reads a newer
/// agent's answers.
/// </summary>
public static class FlowJsonReader
{
    /// <returns>False when the text is not the answer of <c>/api/v1/flows</c>.</returns>
    public static bool TryReadList(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out FlowListView? list)
    {
        try
        {
            list = JsonSerializer.Deserialize(utf8, FlowViewContext.Default.FlowListView);
        }
        catch (JsonException)
        {
            list = null;
        }

        return list is not null;
    }

    /// <returns>False when the line is neither a flow nor a loss.</returns>
    public static bool TryReadLine(ReadOnlySpan<byte> utf8, out FlowStreamLine line)
    {
        try
        {
            if (IsLoss(utf8))
            {
                var loss = JsonSerializer.Deserialize(utf8, FlowViewContext.Default.LossView);
                line = new(Flow: null, loss?.Lost ?? 0);
                return line.Lost > 0;
            }

            line = new(JsonSerializer.Deserialize(utf8, FlowViewContext.Default.FlowView), Lost: 0);
            return line.Flow is not null;
        }
        // The latter for a name with half a surrogate.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            line = default;
            return false;
        }
    }

    private static bool IsLoss(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8);
        return json.Read()
            && json.TokenType == JsonTokenType.StartObject
            && json.Read()
            && json.TokenType == JsonTokenType.PropertyName
            && json.ValueTextEquals("lost"u8);
    }
}

internal sealed class LossView
{
    public required long Lost { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    Converters = [typeof(SharedTextConverter), typeof(SharedLabelsConverter)]
)]
[JsonSerializable(typeof(FlowView))]
[JsonSerializable(typeof(FlowListView))]
[JsonSerializable(typeof(LossView))]
internal sealed partial class FlowViewContext : JsonSerializerContext;
