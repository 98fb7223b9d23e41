using System.Text;
using NetMon.Client;

namespace NetMon.Support;

/// <summary>What an agent answers, as text.</summary>
internal static class AgentText
{
    /// <summary>Of one answer: more is cut off. The metrics of an agent at its default limits are below.</summary>
    private const int MaxBytes = 16 << 20;

    /// <exception cref="AgentException">It does not answer, or refuses.</exception>
    public static async Task<string> ReadAsync(
        SupportScene scene,
        string path,
        CancellationToken cancellation
    )
    {
        if (scene.Client is not { } client)
        {
            throw new AgentException(scene.NoAgent, "start an agent, or name another with --server");
        }

        using var text = new MemoryStream();
        var isCut = false;
        await client.CopyAsync(
            path,
            piece =>
            {
                var room = MaxBytes - (int)text.Length;
                isCut |= piece.Length > room;
                text.Write(piece[..Math.Min(room, piece.Length)]);
            },
            cancellation
        );
        var all = Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        return isCut ? $"{all}\n(cut off after {MaxBytes} bytes)\n" : all;
    }
}
