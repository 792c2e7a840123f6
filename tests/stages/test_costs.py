"""Staff are told of odd costs and low balances; what overcharges waits until they have looked."""

import pytest

from editor import costs, submission
from editor.models import Attempt, EditJob, JobState, StaffAlert, UpstreamModel
from editor.models.alerts import StaffAlertQuerySet
from editor.nanogpt.errors import NotSent, OutcomeUnknown
from editor.nanogpt.messages import AnswerImage, Cost, EditAnswer
from editor.offers import refresh_catalogue
from editor.outcomes import record_answer
from editor.processing import process_job
from editor.recovery import wake_waiting_jobs
from tests.factories import CENT, make_job, make_model

pytestmark = pytest.mark.django_db

DOLLAR = 100 * CENT
ODD_COST, LOW_BALANCE = StaffAlert.Kind.ODD_COST, StaffAlert.Kind.LOW_BALANCE


@pytest.fixture
def model():
    return make_model(name="Inpaint")


def call_of(job):
    """The job's call, out at this moment."""
    EditJob.objects.filter(pk=job.pk).update(state=JobState.CALLING)
    return Attempt.objects.create(job=job, consent=job.consents.get(), key_tail="cret")


def answered(job, cost=None, balance=None):
    """Let the job's call, agreed to at four cents, be answered like this."""
    image = AnswerImage(url="https://files.example/a.png", data=None)
    answer = EditAnswer((image,), cost, balance, "upstream-1", 200, {}, 3.0)
    assert record_answer(call_of(job), answer)


def alert(kind):
    return StaffAlert.objects.unresolved().get(kind=kind)


def named(text, currency="USD"):
    """A cost that is no plausible sum."""
    return Cost(nano_dollars=None, text=text, currency=currency)


def charged(nano):
    return Cost(nano_dollars=nano, text="")


EXPECTED = "where $0.04 was expected."
ODD = [
    pytest.param(None, f"named no cost {EXPECTED}", False, id="missing"),
    pytest.param(named("-1"), f"named “-1” as its cost {EXPECTED}", False, id="negative"),
    pytest.param(named("free"), f"named “free” as its cost {EXPECTED}", False, id="no number"),
    pytest.param(named("NaN"), f"named “NaN” as its cost {EXPECTED}", False, id="nan"),
    pytest.param(named(""), f"named “” as its cost {EXPECTED}", False, id="a list"),
    pytest.param(
        named("9", "XNO"), f"named “9” XNO as its cost {EXPECTED}", False, id="other currency"
    ),
    pytest.param(named("$1000000000"), "as its cost", True, id="a billion dollars"),
    pytest.param(named("1e+400"), "as its cost", True, id="more than there is"),
    pytest.param(charged(5 * CENT), f"charged $0.05 {EXPECTED}", True, id="a cent too much"),
    pytest.param(charged(900 * DOLLAR), f"charged $900.00 {EXPECTED}", True, id="absurd"),
]


@pytest.mark.parametrize(("cost", "said", "held"), ODD)
def test_an_odd_cost_is_told_to_staff_and_stands_in_the_history(alice, model, cost, said, held):
    job = make_job(alice, model=model)
    answered(job, cost)
    told = alert(ODD_COST)
    assert said in told.sentence
    assert told.sentence.startswith("Inpaint ")
    assert (told.subject, told.job, told.count) == (model.model_id, job, 1)
    assert said in job.events.order_by("id").last().sentence
    model.refresh_from_db()
    assert bool(model.held_back) == held
    assert ("until you have looked" in told.sentence) == held


@pytest.mark.parametrize("nano", [0, 1 * CENT, 4 * CENT, 4 * CENT + costs.ROUNDING_NANO], ids=str)
def test_what_was_agreed_to_or_less_is_not_odd(alice, model, nano):
    answered(make_job(alice, model=model), charged(nano))
    assert not StaffAlert.objects.exists()
    assert not UpstreamModel.objects.exclude(held_back="").exists()


@pytest.mark.parametrize(("nano", "is_odd"), [(9 * DOLLAR, False), (11 * DOLLAR, True)])
def test_without_a_price_to_compare_only_unheard_of_sums_are_odd(alice, nano, is_odd):
    model = make_model(prices={})
    answered(make_job(alice, model=model), charged(nano))
    assert StaffAlert.objects.filter(kind=ODD_COST).exists() == is_odd
    model.refresh_from_db()
    assert not model.held_back


def test_the_same_oddity_again_is_counted_until_staff_resolve_it(alice, rita, model):
    for _ in range(3):
        answered(make_job(alice, model=model), None)
    assert alert(ODD_COST).count == 3
    costs.resolve(alert(ODD_COST), rita)
    answered(make_job(alice, model=model), None)
    assert alert(ODD_COST).count == 1
    assert StaffAlert.objects.get(resolved_by=rita).count == 3


def test_an_alert_that_cannot_be_written_costs_no_paid_answer(alice, model, monkeypatch):
    def broken(*_):
        raise RuntimeError("no place for alerts")

    monkeypatch.setattr(costs, "_look_at_cost", broken)
    job = make_job(alice, model=model)
    answered(job, charged(DOLLAR))
    job.refresh_from_db()
    assert job.state == JobState.RECEIVED


def test_a_failure_with_an_odd_cost_is_told_and_one_without_is_not(alice, model):
    attempt = call_of(make_job(alice, model=model))
    for quiet in (NotSent("no"), OutcomeUnknown("nothing came")):
        costs.look_at_call(attempt, quiet)
    assert not StaffAlert.objects.exists()
    costs.look_at_call(attempt, OutcomeUnknown("no picture", cost=charged(DOLLAR)))
    assert "charged $1.00" in alert(ODD_COST).sentence


# Held back


@pytest.fixture
def held(alice, model):
    """A model that took a dollar for four cents."""
    answered(make_job(alice, model=model), charged(DOLLAR))
    model.refresh_from_db()
    return model


def test_no_new_edit_with_it_is_taken(alice, held):
    before = EditJob.objects.count()
    with pytest.raises(submission.SubmitRefused) as refused:
        make_job(alice, model=held)
    assert refused.value.field == "model"
    assert "charged more than agreed" in str(refused.value)
    assert "$1" not in str(refused.value), "what another edit cost is nobody else's business"
    assert EditJob.objects.count() == before


def test_nobody_pays_again_with_it(alice, model):
    unknown = make_job(alice, JobState.UNKNOWN, model=model)
    answered(make_job(alice, model=model), charged(DOLLAR))
    with pytest.raises(submission.SubmitRefused):
        submission.pay_again(unknown, alice)
    unknown.refresh_from_db()
    assert (unknown.state, unknown.consents.count()) == (JobState.UNKNOWN, 1)


def test_an_edit_that_was_queued_before_waits_and_is_not_sent(alice, model, upstream):
    waiting = make_job(alice, model=model)
    answered(make_job(alice, model=model), charged(DOLLAR))
    process_job(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.charged) == (JobState.WAITING, EditJob.Charged.NO)
    assert "until staff have looked" in waiting.failure_sentence
    assert upstream.calls() == []


@pytest.mark.parametrize("way", ["the alert", "the catalogue"])
def test_staff_lift_it_and_what_waited_goes_on(alice, rita, model, way):
    waiting = make_job(alice, model=model)
    answered(make_job(alice, model=model), charged(DOLLAR))
    process_job(waiting.pk)
    assert wake_waiting_jobs() == 0
    if way == "the alert":
        assert costs.resolve(alert(ODD_COST), rita) == model
    else:
        costs.offer_again(model, rita)
    assert wake_waiting_jobs() == 1
    waiting.refresh_from_db()
    model.refresh_from_db()
    assert (waiting.state, model.held_back) == (JobState.QUEUED, "")
    assert not StaffAlert.objects.unresolved().exists()
    make_job(alice, model=model)


def test_resolving_an_old_alert_twice_does_not_lift_a_new_hold(alice, rita, held):
    old = alert(ODD_COST)
    costs.resolve(old, rita)
    held.refresh_from_db()
    answered(make_job(alice, model=held), charged(2 * DOLLAR))
    assert costs.resolve(old, rita) is None
    held.refresh_from_db()
    assert "$2.00" in held.held_back


def test_a_refresh_of_the_catalogue_does_not_lift_it(alice, upstream):
    refresh_catalogue()
    model = UpstreamModel.objects.first()
    answered(make_job(alice, model=model), charged(DOLLAR))
    refresh_catalogue()
    model.refresh_from_db()
    assert model.held_back


# The balance


def test_a_balance_below_the_floor_is_told_to_staff(alice, model, settings):
    settings.BALANCE_FLOOR_NANO = 2 * DOLLAR
    answered(make_job(alice, model=model), charged(4 * CENT), DOLLAR)
    told = alert(LOW_BALANCE)
    assert told.sentence == "$1.00 left on the account of key …cret, less than $2.00. Top it up."


@pytest.mark.parametrize(
    ("floor", "balance"), [(0, 1), (2 * DOLLAR, 2 * DOLLAR), (2 * DOLLAR, None)], ids=str
)
def test_no_alarm_without_a_floor_above_it_or_when_nothing_is_known(
    alice, model, settings, floor, balance
):
    settings.BALANCE_FLOOR_NANO = floor
    answered(make_job(alice, model=model), charged(4 * CENT), balance)
    assert not StaffAlert.objects.exists()


def test_topping_up_ends_the_alarm_by_itself_and_leaves_other_keys_alone(settings):
    settings.BALANCE_FLOOR_NANO = DOLLAR
    costs.look_at_balance(CENT, "aaaa")
    costs.look_at_balance(CENT, "bbbb")
    costs.look_at_balance(20 * DOLLAR, "aaaa")
    assert alert(LOW_BALANCE).subject == "key …bbbb"
    passed = StaffAlert.objects.exclude(resolved_at=None).get()
    assert (passed.subject, passed.resolved_by) == ("key …aaaa", None)


def test_two_processes_that_tell_the_same_at_once_make_one_alert(monkeypatch):
    StaffAlert.objects.tell(ODD_COST, "a/model", "first")
    real, calls = StaffAlertQuerySet.update, []

    def late(rows, **news):
        calls.append(news)
        # The other process has not written yet when this one looks for the first time.
        return real(rows, **news) if len(calls) > 1 else 0

    monkeypatch.setattr(StaffAlertQuerySet, "update", late)
    StaffAlert.objects.tell(ODD_COST, "a/model", "second")
    told = alert(ODD_COST)
    assert (told.count, told.sentence) == (2, "second")
