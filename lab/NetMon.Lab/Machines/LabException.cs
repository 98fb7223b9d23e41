namespace NetMon.Lab.Machines;

/// <summary>The lab could not be built, or a part of it did not do what the test needs. Not a verdict on NetMon.</summary>
public sealed class LabException : Exception
{
    public LabException(string message)
        : base(message) { }

    public LabException(string message, Exception inner)
        : base(message, inner) { }

    public LabException() { }
}
