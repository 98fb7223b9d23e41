namespace NetMon.Bpf.Attaching;

/// <summary>Chooses how to attach.</summary>
public static class Attacher
{
    /// <summary>Makes an attacher for the network namespace of the calling thread.</summary>
    /// <param name="program">Must outlive the attacher.</param>
    /// <param name="method">Auto asks the kernel whether it has TCX.</param>
    /// <exception cref="BpfException">The kernel does not have what was asked for, or privileges are missing.</exception>
    public static IAttacher Open(FlowProgram program, AttachMethod method)
    {
        ArgumentNullException.ThrowIfNull(program);
        return method switch
        {
            AttachMethod.Clsact => new ClsactAttacher(program),
            AttachMethod.Auto when !TcxAttacher.IsSupported(program) => new ClsactAttacher(program),
            _ => new TcxAttacher(program),
        };
    }
}
