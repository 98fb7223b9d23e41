using NetMon.Bpf.Pinning;

namespace NetMon.Bpf.Attaching;

/// <summary>Chooses how to attach.</summary>
public static class Attacher
{
    /// <summary>Makes an attacher for the network namespace of the calling thread.</summary>
    /// <param name="program">Must outlive the attacher.</param>
    /// <param name="method">Auto asks the kernel whether it has TCX.</param>
    /// <param name="pins">Where what is attached outlives the process, and what an earlier one attached is found; null: nowhere.</param>
    /// <exception cref="BpfException">The kernel does not have what was asked for, or privileges are missing.</exception>
    public static IAttacher Open(FlowProgram program, AttachMethod method, PinDirectory? pins = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        return method switch
        {
            AttachMethod.Clsact => new ClsactAttacher(program, pins),
            AttachMethod.Auto when !TcxAttacher.IsSupported(program) => new ClsactAttacher(program, pins),
            _ => new TcxAttacher(program, pins),
        };
    }
}
