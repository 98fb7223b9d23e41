using System.Runtime.InteropServices;
using System.Threading.Channels;
using NetMon.Client;

namespace NetMon.Terminal.Top;
