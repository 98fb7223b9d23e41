using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Drops;

/// <summary>Names of the running kernel's drop reasons: their numbers differ from kernel to kernel, and sub-systems add their own.</summary>
public static class DropReasonNames
{
    private const string CorePrefix = "SKB_DROP_REASON_";

    /// <summary>Enumerations of reasons, and the module that has each, unless it is built in (include/net/dropreason.h).</summary>
    private static readonly (string Enumeration, string Module)[] SubSystems =
    [
        ("mac80211_drop_reason", "mac80211"),
        ("ovs_drop_reason", "openvswitch"),
    ];

    /// <summary>Reads the names from the kernel's type information.</summary>
    /// <returns>By number, such as <c>NETFILTER_DROP</c>; empty before Linux 5.17, which has no reasons.</returns>
    /// <exception cref="BpfException">libbpf is missing, or the kernel has no type information.</exception>
    public static IReadOnlyDictionary<uint, string> Read()
    {
        LibbpfLibrary.EnsureLoaded();
        var kernel = Libbpf.btf__load_vmlinux_btf();
        if (kernel == 0)
        {
            throw new BpfException(
                "read the kernel's type information",
                Marshal.GetLastPInvokeError(),
                LibbpfLog.Take()
            );
        }

        try
        {
            var names = new Dictionary<uint, string>();
            Add(kernel, "skb_drop_reason", names);
            foreach (var (enumeration, module) in SubSystems)
            {
                if (!Add(kernel, enumeration, names))
                {
                    AddOfModule(module, kernel, enumeration, names);
                }
            }

            return names;
        }
        finally
        {
            Libbpf.btf__free(kernel);
        }
    }

    private static void AddOfModule(
        string module,
        nint kernel,
        string enumeration,
        Dictionary<uint, string> names
    )
    {
        if (!File.Exists($"/sys/kernel/btf/{module}"))
        {
            return;
        }

        var btf = Libbpf.btf__load_module_btf(module, kernel);
        if (btf != 0)
        {
            Add(btf, enumeration, names);
            Libbpf.btf__free(btf);
        }
    }

    private static unsafe bool Add(nint btf, string enumeration, Dictionary<uint, string> names)
    {
        var number = Libbpf.btf__find_by_name_kind(btf, enumeration, Libbpf.BTF_KIND_ENUM);
        var type = number < 0 ? null : Libbpf.btf__type_by_id(btf, (uint)number);
        if (type is null)
        {
            return false;
        }

        foreach (ref readonly var one in new ReadOnlySpan<BtfEnumerator>(type + 1, type->Members))
        {
            var name = Marshal.PtrToStringUTF8((nint)Libbpf.btf__name_by_offset(btf, one.NameOffset)) ?? "";
            if (
                !name.EndsWith("_MAX", StringComparison.Ordinal)
                && !name.EndsWith("_MASK", StringComparison.Ordinal)
            )
            {
                names[(uint)one.Value] = name.StartsWith(CorePrefix, StringComparison.Ordinal)
                    ? name[CorePrefix.Length..]
                    : name;
            }
        }

        return true;
    }
}
