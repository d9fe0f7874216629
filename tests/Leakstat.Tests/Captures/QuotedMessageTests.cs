using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Dmesg;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>Kernel messages in the midst of a sentence, and sentences that are none.</summary>
public sealed class QuotedMessageTests
{
    [Theory]
    [InlineData(
        "For some reason one server had swap_pager_getswapspace(16): failed",
        "swap_pager_getswapspace(16): failed")]
    [InlineData(
        "I am getting \"mbufs exhausted please see tuning\". What now?", "mbufs exhausted please see tuning")]
    [InlineData(
        "The console says that the kern.ipc.nmbufs limit is reached.", "kern.ipc.nmbufs limit is reached.")]
    [InlineData(
        "It died: `panic: kmem_malloc(4096): kmem_map too small: 28610560 total allocated` today",
        "panic: kmem_malloc(4096): kmem_map too small: 28610560 total allocated")]
    [InlineData(
        "The message was kmem_malloc(XXX): kmem_map too small: YYY total allocated",
        "kmem_malloc(XXX): kmem_map too small: YYY total allocated")]
    [InlineData("then \"panic: kmem_map too small\" again", "panic: kmem_map too small")]
    [InlineData("I have seen \"kmem_map: too small\" panics", "kmem_map: too small")]
    [InlineData("it panics with mb_map too small!", "mb_map too small!")]
    [InlineData("we saw pid 12 (perl), uid 3, was killed: out of swap space", "pid 12 (perl), uid 3, was killed: out of swap space")]
    [InlineData("found [zone: pf states] PF states limit reached", "[zone: pf states] PF states limit reached")]
    public void A_message_is_found_where_it_is_quoted(string line, string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        Assert.Equal(message, Encoding.UTF8.GetString(bytes[QuotedMessage.In(bytes)]));
    }

    [Theory]
    [InlineData("if ((flags & M_NOWAIT) == 0) panic(\"kmem_malloc(%ld): kmem_map too small: %ld total allocated\",")]
    [InlineData("printf(\"swap zone exhausted, increase kern.maxswzone\\n\");")]
    [InlineData("There is no swap_pager_getswapspace(16): failed in the log")]
    [InlineData("We have not seen kern.maxfiles limit exceeded by uid 80 since")]
    [InlineData("# grep 'swap_pager: out of swap space' /var/log/messages")]
    [InlineData("mbuf clusters in use (current/cache/total/max)")]
    public void What_is_source_or_a_search_or_a_denial_is_none(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        Assert.Equal(default, QuotedMessage.In(bytes));
    }

    [Theory]
    [InlineData("#!/bin/sh\n#\n# swap_pager_getswapspace(16): failed\nnetstat -Lan\n", false)]
    [InlineData("# Test it.\n# kernel: pid 12 (sort), uid 0, was killed: out of swap space\n\n[ `id -u` -ne 0 ] && exit 1\nfor i in 1 2; do\n\tsort < /dev/zero &\ndone\necho \"done\"\n", false)]
    [InlineData("\tif (n > 1)\n\t\tprintf(\"x\");\n\t/* It may say\n\t   panic: kmem_malloc(4096): kmem_map too small: 84426752 total allocated\n\t */\n\treturn (0);\n}\n", false)]
    [InlineData("\tzone = create(NAME, 256,\n\t    NULL, 0);\n\tset_warning(zone, \"kern.ipc.nmbufs limit reached\");\n\tset_action(zone, reclaim);\n", false)]
    [InlineData("class T(TestCase):\n    LINES = ('pid 51 (named), uid 0, was killed: out of swap space\\n'\n             'pid 52 (named), uid 0, was killed: failed to reclaim memory\\n')\n", false)]
    [InlineData("swap_pager_getswapspace(16): failed\nMy script is\nfor i in 1 2; do\nsort\ndone\necho x\nexit 1\n", true)]
    [InlineData("# swap_pager_getswapspace(16): failed\nWhat is it that it wants?\n", true)]
    public void Remarks_and_strings_of_source_code_are_no_messages(string text, bool isRead)
    {
        Capture capture = GivenText.Read("paste.txt", text, ReadLimits.Default);
        Assert.Equal(isRead, capture.Messages is not null);
    }
}
