using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Sockets;

namespace NetMon.Bpf.Probing;

/// <summary>Tries whether the kernel has a hook for us: loads a program of two instructions, attaches it, and takes it away again.</summary>
public static unsafe class HookProbe
{
    // What lets a packet, a socket and an iteration go on at every hook: 1, but 0 where the verifier wants it.
    private const int GoOn = 1;

    /// <returns>Null if it works; else why not, in a few words.</returns>
    /// <exception cref="BpfException">libbpf is not installed.</exception>
    public static string? Try(KernelHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        LibbpfLibrary.EnsureLoaded();
        var type = 0;
        if (hook.Type == Libbpf.BPF_PROG_TYPE_TRACING)
        {
            type = Libbpf.libbpf_find_vmlinux_btf_id(hook.Target, hook.AttachType);
            if (type < 0)
            {
                _ = LibbpfLog.Take();
                return type == -3 // ESRCH
                    ? "the kernel has no such hook, or no type information"
                    : Text("find it in the kernel's type information", type);
            }
        }

        var loaded = Load(hook, (uint)type);
        if (loaded < 0)
        {
            return Text("load a program", loaded);
        }

        using var program = new FileDescriptor(loaded);
        return hook.Trial switch
        {
            HookTrial.Tcx => TryTcx(program),
            HookTrial.Tracepoint => TryTracepoint(hook, program),
            HookTrial.Iterator => Attached(Libbpf.bpf_link_create(program, 0, Libbpf.BPF_TRACE_ITER, null)),
            HookTrial.Cgroup => TryCgroup(hook, program),
            _ => null,
        };
    }

    private static int Load(KernelHook hook, uint type)
    {
        var isTracing = hook.Type == Libbpf.BPF_PROG_TYPE_TRACING;
        var code = stackalloc BpfInstruction[2];
        code[0] = BpfInstruction.Return(isTracing ? 0 : GoOn);
        code[1] = BpfInstruction.Exit;
        var options = new BpfProgramLoadOptions
        {
            Size = (nuint)sizeof(BpfProgramLoadOptions),
            // A TCX program is loaded as for any other hook of traffic control.
            ExpectedAttachType = hook.Trial == HookTrial.Tcx ? 0 : hook.AttachType,
            AttachBtfId = type,
        };
        return Libbpf.bpf_prog_load(hook.Type, "netmon_probe", "GPL", code, 2, &options);
    }

    private static string? TryTcx(FileDescriptor program)
    {
        var link = BpfLink.CreateTcx(program, int.MaxValue, Hook.Ingress, 0);
        if (link >= 0)
        {
            new FileDescriptor(link).Dispose();
        }

        return link is >= 0 or -Errno.ENODEV ? null
            : link == -Errno.EINVAL ? "this kernel has no TCX links"
            : Text("attach a program", link);
    }

    private static string? TryTracepoint(KernelHook hook, FileDescriptor program)
    {
        var isTyped = hook.Type == Libbpf.BPF_PROG_TYPE_TRACING;
        fixed (byte* name = Encoding.ASCII.GetBytes(hook.Target + '\0'))
        {
            return Attached(Libbpf.bpf_raw_tracepoint_open(isTyped ? null : name, program));
        }
    }

    private static string? TryCgroup(KernelHook hook, FileDescriptor program)
    {
        if (CgroupRoot.FindVersion2() is not { } root)
        {
            return "the root of the cgroup v2 hierarchy is not mounted here";
        }

        using var cgroup = Libc.Open(root, Libc.O_CLOEXEC);
        return cgroup.IsInvalid
            ? Text($"open {root}", -Libc.LastError)
            : Attached(BpfLink.CreateCgroup(program, cgroup, hook.AttachType));
    }

    private static string? Attached(int link)
    {
        if (link < 0)
        {
            return Text("attach a program", link);
        }

        BpfLink.Detach(new FileDescriptor(link));
        return null;
    }

    private static string Text(string operation, int result)
    {
        _ = LibbpfLog.Take();
        return $"cannot {operation}: {Marshal.GetPInvokeErrorMessage(-result)} (errno {-result})";
    }
}
