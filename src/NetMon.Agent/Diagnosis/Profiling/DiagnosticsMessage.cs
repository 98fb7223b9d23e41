using System.Buffers.Binary;
using System.Text;

namespace NetMon.Agent.Diagnosis.Profiling;

/// <summary>Messages of the runtime's diagnostics protocol.</summary>
/// <remarks>
/// Little-endian:
/// <code>
///  0                    14     16            17           18         20
///  | "DOTNET_IPC_V1\0"  | size | command set | command    | reserved | payload ...
/// </code>
/// Texts are a count of UTF-16 units, NUL included, and the units.
/// </remarks>
internal static class DiagnosticsMessage
{
    private const int HeaderBytes = 20;
    private const int SizeAt = 14;
    private const byte EventPipe = 0x02;
    private const byte StopTracingCommand = 0x01;
    private const byte CollectTracing2Command = 0x03;
    private const byte Server = 0xff;
    private const byte Ok = 0x00;
    private const uint NetTrace = 1;

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>Begins a recording: buffer, format, rundown at the end (names of methods), providers.</summary>
    public static byte[] CollectTracing(IReadOnlyList<EventPipeProvider> providers, uint bufferMebi)
    {
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload, Encoding.Unicode);
        writer.Write(bufferMebi);
        writer.Write(NetTrace);
        writer.Write(true);
        writer.Write(providers.Count);
        foreach (var provider in providers)
        {
            writer.Write(provider.Keywords);
            writer.Write(provider.Level);
            writer.Write(provider.Name.Length + 1);
            writer.Write(Encoding.Unicode.GetBytes(provider.Name + '\0'));
            // No filter.
            writer.Write(0);
        }

        writer.Flush();
        return Message(CollectTracing2Command, payload.ToArray());
    }

    /// <summary>Ends a recording.</summary>
    public static byte[] StopTracing(ulong session)
    {
        var payload = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, session);
        return Message(StopTracingCommand, payload);
    }

    /// <returns>The number of the recording.</returns>
    /// <exception cref="IOException">The runtime refuses, or answers otherwise.</exception>
    public static async Task<ulong> ReadAnswerAsync(Stream stream, CancellationToken cancellation)
    {
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellation);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(SizeAt)) - HeaderBytes;
        if (
            !header.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            || length is not (sizeof(uint) or sizeof(ulong))
        )
        {
            throw new IOException("the runtime's diagnostics socket speaks another protocol");
        }

        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellation);
        return header[SizeAt + 2] == Server && header[SizeAt + 3] == Ok && length == sizeof(ulong)
            ? BinaryPrimitives.ReadUInt64LittleEndian(payload)
            : throw new IOException(
                $"the runtime refuses to record events (0x{BinaryPrimitives.ReadUInt32LittleEndian(payload):x})"
            );
    }

    private static byte[] Message(byte command, byte[] payload)
    {
        var message = new byte[HeaderBytes + payload.Length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(SizeAt), (ushort)message.Length);
        message[SizeAt + 2] = EventPipe;
        message[SizeAt + 3] = command;
        payload.CopyTo(message, HeaderBytes);
        return message;
    }
}
