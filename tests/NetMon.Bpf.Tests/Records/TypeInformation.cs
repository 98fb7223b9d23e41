using System.Text.Json;

namespace NetMon.Bpf.Tests.Records;

/// <summary>A member of a struct of C.</summary>
/// <param name="Name">As in C.</param>
/// <param name="Offset">Bytes.</param>
/// <param name="Size">Bytes, of all elements of an array.</param>
internal sealed record Member(string Name, int Offset, int Size);

/// <summary>The BTF of an object file, as bpftool reads it.</summary>
internal sealed class TypeInformation
{
    private readonly Dictionary<int, JsonElement> _types = [];

    public TypeInformation(string file)
    {
        using var document = JsonDocument.Parse(Shell.Run("bpftool", "-j", "btf", "dump", "file", file));
        foreach (var type in document.RootElement.GetProperty("types").EnumerateArray())
        {
            _types[type.GetProperty("id").GetInt32()] = type.Clone();
        }
    }

    public int SizeOfStruct(string name) => Find("STRUCT", name)!.Value.GetProperty("size").GetInt32();

    public Member[] MembersOf(string name) =>
        [
            .. Find("STRUCT", name)!
                .Value.GetProperty("members")
                .EnumerateArray()
                .Select(member => new Member(
                    member.GetProperty("name").GetString()!,
                    member.GetProperty("bits_offset").GetInt32() / 8,
                    SizeOf(member.GetProperty("type_id").GetInt32())
                )),
        ];

    public Dictionary<string, long> ValuesOf(string name) =>
        Find("ENUM", name)!
            .Value.GetProperty("values")
            .EnumerateArray()
            .ToDictionary(
                value => value.GetProperty("name").GetString()!,
                // bpftool 7.1 writes 0x80000000 as if it had 64 bits.
                value => (long)(uint)(value.GetProperty("val").GetDecimal() % (1L << 32))
            );

    private JsonElement? Find(string kind, string name) =>
        _types
            .Values.Where(type =>
                type.GetProperty("kind").GetString() == kind && type.GetProperty("name").GetString() == name
            )
            .Select(type => (JsonElement?)type)
            .FirstOrDefault();

    private int SizeOf(int id)
    {
        var type = _types[id];
        return type.GetProperty("kind").GetString() switch
        {
            "ARRAY" => type.GetProperty("nr_elems").GetInt32()
                * SizeOf(type.GetProperty("type_id").GetInt32()),
            "TYPEDEF" or "CONST" or "VOLATILE" => SizeOf(type.GetProperty("type_id").GetInt32()),
            "PTR" => 8,
            _ => type.GetProperty("size").GetInt32(),
        };
    }
}
