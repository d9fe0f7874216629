using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Date;
using Leakstat.Captures.Commands.Uname;
using Leakstat.Captures.Commands.Uptime;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class HostTextTests
{
    [Theory]
    [InlineData("FreeBSD oracle 14.2-BETA1 FreeBSD 14.2-BETA1 ORACLE amd64", "oracle", "14.2-BETA1", "amd64")]
    [InlineData("FreeBSD fw1.example.org 9.3-RELEASE-p5 FreeBSD 9.3-RELEASE-p5 #0 r268512: Thu Jul 10 23:44:39 UTC 2014     root@build:/usr/obj/usr/src/sys/GENERIC  i386", "fw1.example.org", "9.3-RELEASE-p5", "i386")]
    [InlineData("FreeBSD n 15.0-CURRENT FreeBSD 15.0-CURRENT #3 main-n271: Fri Nov 20 19:02:43 UTC 2026 root@b:/usr/obj/usr/src/arm64.aarch64/sys/GENERIC arm64", "n", "15.0-CURRENT", "arm64")]
    public void Reads_uname(string line, string host, string release, string machine)
    {
        HostIdentity identity = Given.Capture(("uname.txt", line + "\n")).Host;

        Assert.Equal((host, release, machine), (identity.Name, identity.Release!.Text, identity.Architecture));
    }

    [Fact]
    public void A_release_alone_counts_where_uname_is_missing()
    {
        Assert.Equal("14.2-RELEASE-p3", Given.Capture(("v", "14.2-RELEASE-p3\n")).Host.Release!.Text);
        Assert.Equal(
            "14.2-RELEASE-p1",
            Given.Capture(("v", "14.2-RELEASE-p3\n"), ("w", "FreeBSD a 14.2-RELEASE-p1 FreeBSD 14.2-RELEASE-p1 GENERIC amd64\n")).Host.Release!.Text);
    }

    [Theory]
    [InlineData("FreeBSD 14.2-BETA1 ORACLE amd64")]
    [InlineData("FreeBSD is a registered trademark of The FreeBSD Foundation.")]
    [InlineData("14.2")]
    [InlineData("we run 14.2-RELEASE")]
    public void Other_lines_are_not_uname(string line) =>
        Assert.Equal(LineFit.None, new UnameText().Fit(Encoding.UTF8.GetBytes(line)));

    [Theory]
    [InlineData(" 7:02PM  up 1 min, 0 users, load averages: 0.69, 0.24, 0.09", 60)]
    [InlineData(" 7:02PM  up 30 secs, 0 users, load averages: 0.69, 0.24, 0.09", 30)]
    [InlineData("19:02  up 8 mins, 1 user, load averages: 0.69, 0.24, 0.09", 480)]
    [InlineData("11:38AM  up 4:05, 2 users, load averages: 0,69 0,24 0,09", 14700)]
    [InlineData("11:38AM  up 3 days,  4:05, 2 users, load averages: 0.69, 0.24, 0.09", 273900)]
    [InlineData("11:38AM  up 1 day, 13 mins, 2 users, load averages: 0.69, 0.24, 0.09", 87180)]
    [InlineData("11:38AM  up 1 day, 2 hrs, 2 users, load averages: 0.69, 0.24, 0.09", 93600)]
    [InlineData("11:38AM  up 1 hr, load averages: 0.69, 0.24, 0.09", 3600)]
    [InlineData("11:38AM  up 41+06:26, 2 users, load averages: 0.69, 0.24, 0.09", 3565560)]
    public void Reads_uptime(string line, long seconds)
    {
        Capture capture = Given.Capture(("uptime.txt", line + "\n"));

        Assert.Equal(seconds, capture.Host.UptimeSeconds);
        Assert.Equal("uptime/text", Assert.Single(capture.Files).Format);
    }

    [Theory]
    [InlineData("last pid: 24931;  load averages:  0.89,  0.94,  0.81  up 41+06:26:24    00:51:55")]
    [InlineData(" 12:00:01 up 3 days,  4:05,  2 users,  load average: 0.69, 0.24, 0.09")]
    [InlineData("it has been up 3 days, load averages: 2")]
    public void Other_lines_are_not_uptime(string line) =>
        Assert.Equal(LineFit.None, new UptimeText().Fit(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void The_users_of_w_are_known()
    {
        Capture capture = Given.Capture(("w", "11:38AM  up 1 hr, 1 user, load averages: 0.69, 0.24, 0.09\nUSER       TTY      FROM    LOGIN@  IDLE WHAT\nroot       pts/0    10.0.2.2    11:30AM     - w\n"));

        Assert.Equal((1, 0), (Assert.Single(capture.Files).Rows, capture.Files[0].SkippedLines));
    }

    [Fact]
    public void A_date_in_utc_is_the_time_of_the_capture_and_other_zones_are_not_guessed()
    {
        Assert.Equal(
            new DateTimeOffset(2026, 11, 20, 19, 2, 43, TimeSpan.Zero),
            Given.Capture(("date.txt", "Fri Nov 20 19:02:43 UTC 2026\n")).TakenAt);
        Assert.Null(Given.Capture(("date.txt", "Fri Nov 20 19:02:43 EST 2026\n")).TakenAt);
        Assert.Equal(LineFit.None, new DateText().Fit("Fri Nov 31 19:02:43 UTC 2026"u8));
        Assert.Equal(LineFit.None, new DateText().Fit("Fri Nov 20 it began"u8));
    }
}
