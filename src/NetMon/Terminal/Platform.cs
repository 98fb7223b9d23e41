using System.Runtime.Versioning;

// Signals of a terminal (SIGWINCH, SIGTSTP) exist where the rest of NetMon runs.
[assembly: SupportedOSPlatform("linux")]
