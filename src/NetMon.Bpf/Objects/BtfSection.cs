using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>Finds a variable in a data section through the object's type information.</summary>
internal static unsafe class BtfSection
{
    /// <returns>Bytes from the section's start; -1 if there is no such variable of this size.</returns>
    /// <remarks>
    /// BTF_KIND_DATASEC (Documentation/bpf/btf.rst): struct btf_type, then a struct btf_var_secinfo for each variable,
    /// whose type is a BTF_KIND_VAR that has the name.
    /// </remarks>
    public static int OffsetOf(nint btf, string section, string variable, int size)
    {
        if (btf == 0)
        {
            return -1;
        }

        var number = Libbpf.btf__find_by_name_kind(btf, section, Libbpf.BTF_KIND_DATASEC);
        var type = number < 0 ? null : Libbpf.btf__type_by_id(btf, (uint)number);
        if (type is null)
        {
            return -1;
        }

        var variables = new ReadOnlySpan<BtfSectionVariable>(type + 1, type->Members);
        foreach (ref readonly var candidate in variables)
        {
            if (
                candidate.Size == size
                && string.Equals(NameOf(btf, candidate.Type), variable, StringComparison.Ordinal)
            )
            {
                return (int)candidate.Offset;
            }
        }

        return -1;
    }

    private static string? NameOf(nint btf, uint typeNumber)
    {
        var type = Libbpf.btf__type_by_id(btf, typeNumber);
        return type is null
            ? null
            : Marshal.PtrToStringUTF8((nint)Libbpf.btf__name_by_offset(btf, type->NameOffset));
    }
}
