using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Traffic;

/// <summary>nginx with one page, on port 80 of all addresses of a namespace.</summary>
internal sealed class WebServer : IDisposable
{
    public const int PageBytes = 100_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("nm-e2e-nginx-").FullName;
    private readonly LabProcess _nginx;

    public WebServer(NetworkNamespace inside)
    {
        File.WriteAllText(Path.Combine(_folder, "index.html"), new string('x', PageBytes));
        var configuration = Path.Combine(_folder, "nginx.conf");
        File.WriteAllText(
            configuration,
            $$"""
            daemon off;
            user root;
            pid {{_folder}}/pid;
            error_log stderr notice;
            events { }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body;
                server {
                    listen 80;
                    listen [::]:80;
                    root {{_folder}};
                }
            }
            """
        );
        _nginx = inside.Start("nginx", "-c", configuration, "-e", "stderr");
        _nginx.WaitForText("start worker process");
    }

    public void Dispose()
    {
        // The master's end is that of its workers.
        _nginx.Terminate();
        _nginx.WaitForExit(success: false);
        _nginx.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
