"""Which revision of the rules a case is run under, where a change of them changes the order of a workflow's commands.

A history must replay for years, so a rule that decides what is done next may not simply change. The revision is told by
the worker that opens a case, as any answer from outside; a case that was opened before keeps its own until its history
is cut short, and goes on under the current one in its next run.
"""

from typing import Final

NEWEST_DATA_ALONE: Final = 1
"""From this one on, an order for a letter or for a check of new data takes the place of every earlier one that is still
owed; before, only of those that had failed."""

CLOSING_GOES_ON: Final = 1
"""From this one on, a case that can't be archived tries again by itself; before, it slept until its next deadline."""

EVIDENCE_WINS: Final = 1
"""From this one on, a loan that was revoked stays so, whatever an older archive says."""

REQUEST_STAYS: Final = 1
"""From this one on, a paid request is over only by a certificate that is new and ends last; before, by any message
about a certificate, a correction included."""

LOAN_RESUMES: Final = 1
"""From this one on, a loan that ended for a certificate runs on when that certificate is corrected to begin later."""

ATTENTION_BY_CAUSE: Final = 1
"""From this one on, an attention about a payment, a letter or a missing certificate is settled by its own cause alone,
and nobody who has paid is without a certificate unseen."""

CERTIFICATES_CAN_BE_WITHDRAWN: Final = 1
"""From this one on, `certificate_withdrawn` is a message; before, it was an unknown name."""

ONE_REMINDER_A_DAY: Final = 1
"""From this one on, a reminder that is late waits for the one of the same day, which takes its place."""

TWO_LANES: Final = 2
"""From this one on, mails and reminders go out beside the steps; before, everything was done one after the other."""

REFUSED_MAILS_COME_BACK: Final = 2
"""From this one on, a mail that every address refused is owed again once an address is corrected."""

LETTER_OUTLASTS_A_MISTAKE: Final = 2
"""From this one on, a letter that was accepted while a certificate was registered by mistake starts the loan."""

SERIALS_ARE_NUMBERS: Final = 2
"""From this one on, `0A:1B` and `A1B` are one serial."""

LATE_REMINDERS_ARE_SPREAD: Final = 2
"""From this one on, a reminder that an outage has made late waits for its company's own minute of an hour."""

REJECTIONS_HAVE_A_CAUSE: Final = 2
"""From this one on, the attention about a rejected payment, certificate or letter is settled by that one alone."""

OVERPAYMENTS_ARE_SEEN: Final = 2
"""From this one on, a payment of twice the total or more asks for attention."""

WHOLE_DAYS_COUNT: Final = 2
"""From this one on, a certificate told with instants counts on its whole days alone; before, on the others too."""

LOANS_KEEP_OUT_OF_OWN_DAYS: Final = 2
"""From this one on, a letter that arrived while an own certificate signed starts no loan, however late it is judged,
and a loan that was replaced before anybody looked has no reminders."""

NOTHING_IS_FORGOTTEN: Final = 2
"""From this one on, what gives way to newer lines in a case's timeline or rejections is kept outside."""

ONE_MAIL_FOR_ALL_THAT_WAIT: Final = 2
"""From this one on, support is told once that letters wait for a review; before, of each one anew."""

PAYMENTS_ARE_KNOWN_FOR_EVER: Final = 2
"""From this one on, a payment is recognised however many messages came since."""

HANDED_OVER_PACKED: Final = 3
"""From this one on, a run hands its case to the next one packed (`domain.case.packed`), which an earlier worker leaves
to a newer one instead of taking it for a wrong start. Another form needs another revision."""

TOLD_BY_THE_CUT: Final = 3
"""From this one on, what support searches by is set with the new run where one is about to begin."""

WHAT_GIVES_WAY_IS_TOLD: Final = 3
"""From this one on, the timeline tells of a waiting mail in whose place a newer one is owed."""

SAID_ONCE: Final = 3
"""From this one on, an order leaves out at its first try what a worker of an earlier release needs."""

OWN_OUTAGES_DO_NOT_COUNT: Final = 3
"""From this one on, the three days after which an event is given up leave out those without a worker."""

CURRENT: Final = 3
