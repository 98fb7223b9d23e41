using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Layouts;

/// <summary>Where the numbers of a C type lie, by its type information: what two builds of the programs must agree on to share it.</summary>
internal sealed unsafe class TypeLayout
{
    private const int MaxDepth = 16;
    private const int MaxFields = 4096;

    // Kinds of Documentation/bpf/btf.rst.
    private const uint KindInt = 1;
    private const uint KindPointer = 2;
    private const uint KindArray = 3;
    private const uint KindStruct = 4;
    private const uint KindUnion = 5;
    private const uint KindEnum = 6;
    private const uint KindTypedef = 8;
    private const uint KindVolatile = 9;
    private const uint KindConst = 10;
    private const uint KindRestrict = 11;
    private const uint KindTypeTag = 18;
    private const uint KindEnum64 = 19;

    private readonly nint _btf;
    private readonly List<TypeField> _fields = [];

    private TypeLayout(nint btf) => _btf = btf;

    /// <summary>Bytes.</summary>
    public int Size { get; private set; }

    /// <summary>In the order of declaration, padding included.</summary>
    public IReadOnlyList<TypeField> Fields => _fields;

    /// <summary>A layout that somebody wrote down.</summary>
    public static TypeLayout Of(int size, IEnumerable<TypeField> fields)
    {
        var layout = new TypeLayout(0) { Size = size };
        layout._fields.AddRange(fields);
        return layout;
    }

    /// <param name="btf">Used during the call only.</param>
    /// <param name="type">A type's number in it.</param>
    /// <returns>Null for what has no fixed layout: bit fields, forward declarations, types without end.</returns>
    public static TypeLayout? Read(nint btf, uint type)
    {
        var layout = new TypeLayout(btf);
        layout.Size = layout.SizeOf(type, MaxDepth);
        return layout.Size > 0 && layout.Add(type, "", 0, MaxDepth) ? layout : null;
    }

    /// <param name="btf">Used during the call only.</param>
    /// <param name="name">Of a struct.</param>
    /// <returns>Null if there is none, or it has no fixed layout.</returns>
    public static TypeLayout? ReadStruct(nint btf, string name)
    {
        var type = Libbpf.btf__find_by_name_kind(btf, name, KindStruct);
        return type < 0 ? null : Read(btf, (uint)type);
    }

    /// <summary>Whether the same bytes mean the same in both; names of padding do not matter.</summary>
    public bool Fits(TypeLayout other) =>
        Size == other.Size
        && _fields
            .Where(field => !field.IsPadding)
            .SequenceEqual(other._fields.Where(field => !field.IsPadding));

    private bool Add(uint number, string path, int offset, int depth)
    {
        var type = Resolve(number);
        if (type is null || depth == 0 || _fields.Count >= MaxFields)
        {
            return false;
        }

        switch (type->Kind)
        {
            case KindInt or KindEnum or KindEnum64 or KindPointer:
                _fields.Add(new TypeField(path, offset, SizeOf(number, depth), 1));
                return true;
            case KindArray:
                return AddArray((BtfArray*)(type + 1), path, offset, depth);
            case KindStruct or KindUnion when !type->HasBitFields:
                var members = (BtfMember*)(type + 1);
                for (var i = 0; i < type->Members; i++)
                {
                    var name = path.Length == 0 ? NameOf(members[i]) : $"{path}.{NameOf(members[i])}";
                    if (!Add(members[i].Type, name, offset + ((int)members[i].Offset / 8), depth - 1))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }

    private bool AddArray(BtfArray* array, string path, int offset, int depth)
    {
        var element = Resolve(array->ElementType);
        var size = SizeOf(array->ElementType, depth);
        if (element is null || size <= 0 || array->Count > MaxFields)
        {
            return false;
        }

        if (element->Kind is KindInt or KindEnum or KindEnum64 or KindPointer)
        {
            _fields.Add(new TypeField(path, offset, size, (int)array->Count));
            return true;
        }

        for (var i = 0; i < array->Count; i++)
        {
            if (!Add(array->ElementType, $"{path}[{i}]", offset + (i * size), depth - 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>Bytes; 0 for what has no size.</returns>
    private int SizeOf(uint number, int depth)
    {
        var type = Resolve(number);
        if (type is null || depth == 0)
        {
            return 0;
        }

        switch (type->Kind)
        {
            case KindInt or KindEnum or KindEnum64 or KindStruct or KindUnion:
                return (int)Math.Min(type->SizeOrType, int.MaxValue / 2);
            case KindPointer:
                return sizeof(ulong);
            case KindArray:
                var array = (BtfArray*)(type + 1);
                var size = (long)SizeOf(array->ElementType, depth - 1) * array->Count;
                return size > ushort.MaxValue ? 0 : (int)size;
            default:
                return 0;
        }
    }

    /// <summary>What is behind typedefs and qualifiers.</summary>
    private BtfType* Resolve(uint number)
    {
        for (var i = 0; i < MaxDepth; i++)
        {
            var type = Libbpf.btf__type_by_id(_btf, number);
            if (
                type is null
                || type->Kind is not (KindTypedef or KindVolatile or KindConst or KindRestrict or KindTypeTag)
            )
            {
                return type;
            }

            number = type->SizeOrType;
        }

        return null;
    }

    private string NameOf(BtfMember member) =>
        Marshal.PtrToStringUTF8((nint)Libbpf.btf__name_by_offset(_btf, member.NameOffset)) ?? "";
}
