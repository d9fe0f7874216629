using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Leakstat.Serve.Tests;

/// <summary>TLS by files of a certificate with what stands between it and its root, and of its key.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-tls-");

    private static CancellationToken End => TestContext.Current.CancellationToken;

    private string Root => Path.Combine(_folder.FullName, "root.pem");

    [Fact]
    public async Task Clients_that_know_the_root_push_and_read_and_others_do_not()
    {
        MakeCertificates();
        using ServerProcess server = ServerProcess.Start(Settings("key.pem"));
        Assert.Equal(Uri.UriSchemeHttps, server.Address.Scheme);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(Root) },
        };
        using var knowing = new HttpClient(handler) { BaseAddress = server.Address };
        using var push = new HttpRequestMessage(HttpMethod.Post, "/v1/captures")
        {
            Content = new ByteArrayContent(HostCaptures.Small("fw1", 1)),
            Headers = { Authorization = new("Bearer", RunningServer.TokenOf("fw1")) },
        };

        using HttpResponseMessage answer = await knowing.SendAsync(push, End);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var other = new HttpClient { BaseAddress = server.Address };
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => other.GetAsync("/healthz", End));
        Assert.Equal(HttpRequestError.SecureConnectionError, refused.HttpRequestError);
        using var plain = new HttpClient { BaseAddress = new UriBuilder(server.Address) { Scheme = "http" }.Uri };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync("/healthz", End));

        Assert.Equal((0, "ok\n"), await Curl("--cacert", Root, $"{server.Address}healthz"));
        Assert.Equal(60, (await Curl($"{server.Address}healthz")).Code);
        Assert.Equal(35, (await Curl("--cacert", Root, "--tls-max", "1.1", $"{server.Address}healthz")).Code);
    }

    [Fact]
    public void A_key_of_another_certificate_is_told_before_anything_listens()
    {
        MakeCertificates();
        File.WriteAllText(Path.Combine(_folder.FullName, "other.pem"), RSA.Create(2048).ExportPkcs8PrivateKeyPem());

        InvalidOperationException failed = Assert.Throws<InvalidOperationException>(() => ServerProcess.Start(Settings("other.pem")));

        Assert.Contains("cert.pem:1: no certificate with the key", failed.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Settings(string key) => ServerProcess.Settings(
        _folder.FullName,
        RunningServer.Hosts,
        $"[tls]\ncertificate = \"{_folder.FullName}/cert.pem\"\nkey = \"{_folder.FullName}/{key}\"\n");

    private static async Task<(int Code, string Output)> Curl(params string[] arguments)
    {
        using Process curl = Process.Start(new ProcessStartInfo("curl", ["--silent", "--noproxy", "*", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string output = await curl.StandardOutput.ReadToEndAsync(End);
        await curl.WaitForExitAsync(End);
        return (curl.ExitCode, output);
    }

    /// <summary>A root, one between, and that of the server, which sends the latter two.</summary>
    private void MakeCertificates()
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        DateTimeOffset to = DateTimeOffset.UtcNow.AddDays(30);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 root = Request("CN=root", rootKey, isAuthority: true).CreateSelfSigned(from, to);
        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 between = Request("CN=between", betweenKey, isAuthority: true)
            .Create(root, from, to, [1]).CopyWithPrivateKey(betweenKey);
        using var ownKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request("CN=leakstat", ownKey, isAuthority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 own = request.Create(between, from, to, [2]);
        File.WriteAllText(Root, root.ExportCertificatePem() + "\n");
        File.WriteAllText(
            Path.Combine(_folder.FullName, "cert.pem"), $"{own.ExportCertificatePem()}\n{between.ExportCertificatePem()}\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "key.pem"), ownKey.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        return request;
    }
}
