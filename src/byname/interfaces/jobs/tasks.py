"""What happens by the clock, with nobody asking: a plain list, each task short and fit to be done twice."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from byname.concerns import actions as concerns
from byname.concerns import queries as hearing
from byname.concerns import rules as concern_rules
from byname.interfaces.jobs import seal, translate
from byname.interfaces.jobs.deliver import Deliverer, Texter
from byname.interfaces.jobs.landing import forget_old_files
from byname.ledger import actions as ledger
from byname.people import actions as people
from byname.postings import actions as postings
from byname.postings import rules
from byname.safekeeping import cache, limits, sessions
from byname.vocabulary import SYSTEM

_DELIVERER: Final = Deliverer()
_TEXTER: Final = Texter()
_SILENT_SECONDS: Final = 20
_FAILED_JOBS_KEPT_HOURS: Final = 72


@app.periodic(cron="* * * * * */2")
@app.task(name="seal", queueing_lock="seal")
def seal_ledger(timestamp: int) -> int:
    """How many lines of the ledger were sealed, every two seconds."""
    return seal.seal_what_waits()


@app.periodic(cron="* * * * * */2")
@app.task(name="deliver", queueing_lock="deliver")
def deliver_letters(timestamp: int) -> int:
    """How many letters were sent, every two seconds."""
    return _DELIVERER.round()


@app.periodic(cron="* * * * * */2")
@app.task(name="deliver-texts", queueing_lock="deliver-texts")
def deliver_texts(timestamp: int) -> int:
    """How many texts were sent, every two seconds: by itself, so that neither way waits for the other."""
    return _TEXTER.round()


@app.periodic(cron="* * * * * */5")
@app.task(name="translate", queueing_lock="translate")
def translate_what_waits(timestamp: int) -> int:
    """How many texts the service's own translation server put into English, every five seconds, for who asked."""
    return translate.translate_what_waits()


@app.periodic(cron="* * * * * */10")
@app.task(name="take-up-stalled", queueing_lock="take-up-stalled")
async def take_up_stalled(timestamp: int) -> int:
    """How many jobs a killed worker had left behind: each is done again, or dropped where its next turn waits already.

    Every ten seconds; a worker is taken for killed after twenty without a sign of life.
    """
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_SECONDS))
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    return len(stalled)


@app.periodic(cron="* * * * *")
@app.task(name="note-the-day", queueing_lock="note-the-day")
def note_the_day(timestamp: int) -> bool:
    """Whether the ledger's newest seal was noted under a new day: asked every minute, done once a day."""
    return seal.note_the_day(timezone.localdate())


@app.periodic(cron="* * * * *")
@app.task(name="tell-overdue", queueing_lock="tell-overdue")
def tell_overdue(timestamp: int) -> int:
    """How many concerns were found this minute that nobody answered in time: everybody who raised one is told."""
    return concerns.tell_overdue(by=SYSTEM, at=timezone.now())


@app.periodic(cron="37 8 * * *")
@app.task(name="forget-old-words", queueing_lock="forget-old-words")
def forget_old_words(timestamp: int) -> int:
    """How many concerns lost words, pictures and contacts, each night: they ended a year ago. The counts stay.

    First go the public places of what turned out to be violence at home.
    """
    now = timezone.now()
    concerns.take_places_away(by=SYSTEM, at=now)
    return concerns.forget_old_words(by=SYSTEM, at=now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="write-weekly-letters", queueing_lock="write-weekly-letters")
def write_weekly_letters(timestamp: int) -> int:
    """How many weekly letters were written: Thursdays from four on, each once. Addresses nobody confirmed go."""
    now = timezone.now()
    concerns.forget_unconfirmed(by=SYSTEM, at=now)
    return concerns.write_weekly_letters(ZoneInfo(settings.TIME_ZONE), by=SYSTEM, at=now)


@app.periodic(cron="17 * * * *")
@app.task(name="forget-old-callers", queueing_lock="forget-old-callers")
def forget_old_callers(timestamp: int) -> int:
    """How many counts of callers were removed, each hour: network addresses are kept only as keyed hashes for a day."""
    return limits.forget_old_callers(at=timezone.now())


@app.periodic(cron="23 * * * *")
@app.task(name="forget-what-is-over", queueing_lock="forget-what-is-over")
def forget_what_is_over(timestamp: int) -> int:
    """How many cached values, sessions, remarks, letters, accounts and the like were removed: their time was over."""
    now = timezone.now()
    kept = cache.forget_what_is_over(at=now) + sessions.forget_ended(at=now)
    written = ledger.forget_remarks(by=SYSTEM, at=now) + ledger.forget_letters(by=SYSTEM, at=now)
    left = people.forget_closed_accounts(by=SYSTEM, at=now)
    # After the accounts: a list whose account is gone goes within the same run, one an earlier release left too.
    lists = concerns.forget_lists(by=SYSTEM, at=now)
    return kept + written + left + lists + forget_old_files(now)


@app.periodic(cron="41 * * * *")
@app.task(name="keep-handovers", queueing_lock="keep-handovers")
def keep_handovers(timestamp: int) -> int:
    """How many handovers were opened, each hour: of whoever leaves an area within ninety days; expired words go."""
    now = timezone.now()
    postings.forget_words(by=SYSTEM, at=now)
    return postings.open_due_handovers(by=SYSTEM, at=now).opened


@app.periodic(cron="53 * * * *")
@app.task(name="publish-hours", queueing_lock="publish-hours")
def publish_hours(timestamp: int) -> bool:
    """Whether a month's hours were published, asked each hour: the month before, from the sixth on, once and for good.

    What is kept of officers' days goes when its time has run out.
    """
    now = timezone.now()
    postings.forget_old_hours(by=SYSTEM, at=now)
    return postings.publish_hours(rules.due_month(timezone.localdate()), by=SYSTEM, at=now).newly


@app.periodic(cron="47 * * * *")
@app.task(name="publish-hearing", queueing_lock="publish-hearing")
def publish_hearing(timestamp: int) -> bool:
    """Whether a quarter's figures were published, asked each hour: 35 days after it ended, once and for good."""
    promise = hearing.hearing(viewer=SYSTEM).promise(ZoneInfo(settings.TIME_ZONE))
    quarter = concern_rules.due_quarter(timezone.localdate())
    return concerns.publish_hearing(quarter, promise=promise, by=SYSTEM, at=timezone.now()).newly


@app.periodic(cron="29 * * * *")
@app.task(name="forget-failed-jobs", queueing_lock="forget-failed-jobs")
async def forget_failed_jobs(timestamp: int) -> None:
    """Jobs that failed are known for three days; those that were done go at once."""
    await app.job_manager.delete_old_jobs(
        nb_hours=_FAILED_JOBS_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
