

def test_a_hint_that_did_not_leave_is_tried_again_by_the_next_sweep(alice, monkeypatch):
    (job,) = jobs_of(alice, 1)
    monkeypatch.setattr(tasks, "send_hint", lambda *_: False)
    assert hint_jobs_in_turn() == 0
    job.refresh_from_db()
    assert job.hinted_at is None
    monkeypatch.setattr(tasks, "send_hint", lambda *_: True)
    assert hint_jobs_in_turn() == 1
