using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>Whether a message is older or younger than a state that a capture shows.</summary>
internal static class MessageOrder
{
    /// <summary>
    /// Whether a message may have come after a state was looked at: both stand in one text, the message behind, and no
    /// command printed it. What is free in such a state need not be free now.
    /// </summary>
    /// <param name="context">The case.</param>
    /// <param name="message">Where the message stands.</param>
    /// <param name="state">Where the state stands.</param>
    public static bool MayFollow(DiagnosisCase context, SourceLine message, SourceLine state) =>
        message.File == state.File && message.Line > state.Line
            && context.Latest.Messages is { } known
            && known.Messages.Any(m => m.IsLoose && known.At(m) == message);
}
