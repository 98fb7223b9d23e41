// All P/Invoke signatures are blittable; the source generator makes the rest.
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
