using Leakstat.Captures.Commands;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Secrets;

namespace Leakstat.Captures.Scrub;

/// <summary>
/// What scrubs the outputs in one text: one for each command, made when the first of its lines comes.
/// </summary>
internal sealed class OutputScrubs(Pseudonyms names, LineScrubber lines)
{
    private readonly Dictionary<CommandDescriptor, OutputScrub> _scrubs = new(ReferenceEqualityComparer.Instance);

    /// <summary>What scrubs the lines of a format.</summary>
    public OutputScrub Of(IFormat format)
    {
        CommandDescriptor command = CommandRegistry.Of(format);
        if (!_scrubs.TryGetValue(command, out OutputScrub? scrub))
        {
            _scrubs[command] = scrub = (command.Scrub ?? PlainScrub.Make)(names, lines);
        }

        return scrub;
    }

    /// <summary>An output has ended.</summary>
    public void Reset()
    {
        foreach (OutputScrub scrub in _scrubs.Values)
        {
            scrub.Reset();
        }
    }
}
