#pragma warning disable CA1416 // Shells: these tests run where shells are.
using System.Text.RegularExpressions;

namespace Leakstat.Tests.Collector;

/// <summary>Which lines of the settings leave the host: none with a secret, every one that a diagnosis reads.</summary>
public sealed class CollectorSecretTests
{
    /// <summary>The lines as people write them; not taken from the filter.</summary>
    private static readonly string[] Secrets =
    [
        "password=\"opensesame\"", "password 0123", "beastie_PASSWD=x", "boot_pwd=x", "my.pswd=\"x\"", "bootpw=x", "pw=\"x\"",
        "geom_eli_passphrase_prompt=\"YES\"", "geli_da0p3_keyfile0_type=\"da0p3:geli_keyfile0\"", "wlan_psk=\"sesame\"",
        "wpa_supplicant_x=1", "wlan0.ssid=home", "radius_shared=x", "ipmi_user_login=root", "snmp_community=public", "auth_x=1",
        "mail_credentials=bob", "x.cred=1", "tls_private=1", "ssl_cert=/x", "otp=112233", "card.pin=1234", "hmac=1", "salt=ab",
        "seed=ab", "api_token=x", "secret=x", "KEY=x", "iscsi_chap_name=x", "signature=abc",
        "proxy=\"http://bob:sesame@proxy.example.org/\"", "boot.nfsroot.url=ftp://bob@h/x",
        "x=00112233445566778899aabbccddeeff", "y=\"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\"", "z=aa:bb:cc:dd:ee:ff:00:11:22:33",
    ];

    private static readonly string[] Kept =
    [
        "zfs_load=\"YES\"", "vfs.zfs.arc_max=\"512M\"", "kern.maxvnodes=200000", "kern.ipc.nmbclusters=\"262144\"",
        "net.inet.tcp.hostcache.hashsize=4096", "vm.max_user_wired=1000000", "kern.maxprocperuid=1000", "hw.ix.num_queues=8",
        "vfs.ufs.dirhash_maxmem=33554432", "net.inet.tcp.syncache.hashsize=1024", "vm.pmap.shpgperproc=200", "kern.dfldsiz=2147483648",
        "net.pf.states_hashsize=524288", "aesni_load=\"YES\"", "cryptodev_load=\"YES\"", "vm.kmem_size=\"330M\"", "# ours",
    ];

    [Fact]
    public void NoLineWithASecretLeavesTheHost()
    {
        string script = File.ReadAllText(ReplayedHost.Script);
        string filter = Regex.Match(script, "(?m)^secrets='(.*)'$").Groups[1].Value;
        Assert.NotEmpty(filter);
        int begin = script.IndexOf("secrets='", StringComparison.Ordinal);
        string function = script[begin..script.IndexOf("\n}\n", begin, StringComparison.Ordinal)] + "\n}\n";
        string settings = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(settings, [.. Secrets, .. Kept]);
            foreach (string shell in (string[])["dash", "mksh", "ksh93"])
            {
                using var host = new ReplayedHost();
                ProcessResult run = host.Run(shell, ["-c", function + "\nsay_settings \"$1\"", "x", settings]);
                Assert.Equal(Kept, run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
        }
        finally
        {
            File.Delete(settings);
        }
    }
}
