"""Tasks as the portal's own Celery application has them: in which queue each is, and that none is lost with its worker."""

import json

import pytest
from django.conf import settings
from kombu import Connection

from sesric_portal.celery import app

# Which tasks do not wait among those of housekeeping.
QUEUES = {
    "fan-out": ["notifications.tasks.fan_out", "notifications.tasks.write_letters"],
    "delivery": ["notifications.tasks.deliver_letters"],
    "housekeeping": [],
}
OWN = ("accounts.", "events.", "experts.", "notifications.", "partners.", "trop.")


def tasks():
    app.loader.import_default_modules()
    app.finalize()
    return {name: task for name, task in app.tasks.items() if name.startswith(OWN)}


def queue_of(name):
    return app.amqp.router.route({}, name)["queue"].name


def test_each_task_waits_in_the_queue_it_belongs_to():
    quick = {name: queue for queue, names in QUEUES.items() for name in names}
    found = {name: queue_of(name) for name in tasks()}
    assert found == dict.fromkeys(found, "housekeeping") | quick
    assert set(app.amqp.queues) == set(QUEUES)  # what a worker serves unless told which


def test_a_task_is_done_when_it_is_done_and_comes_back_with_a_lost_worker():
    for name, task in tasks().items():
        assert (name, task.acks_late, task.reject_on_worker_lost, task.ignore_result) == (name, True, True, True)
        assert (name, task.time_limit or app.conf.task_time_limit) == (name, 600)
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit
    assert app.conf.worker_prefetch_multiplier == 1
    assert (app.conf.task_serializer, list(app.conf.accept_content)) == ("json", ["json"])
    assert app.conf.broker_connection_max_retries is None


def test_whoever_sends_a_task_waits_a_second_at_most():
    options = app.conf.broker_transport_options
    assert (options["socket_connect_timeout"], options["socket_timeout"], options["max_retries"]) == (0.5, 1, 0)
    assert app.conf.task_publish_retry is False


def test_beat_knows_only_tasks_that_there_are():
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled <= set(tasks())
    assert scheduled >= {name for names in QUEUES.values() for name in names}


@pytest.mark.parametrize("name", [QUEUES["fan-out"][0], QUEUES["delivery"][0]])
def test_a_task_that_is_sent_lies_in_its_queue_of_the_broker(name):
    """Sent as the portal sends it, over the broker of these tests; `tests/faults` has workers do what lies there."""
    with Connection(settings.CELERY_BROKER_URL, transport_options=app.conf.broker_transport_options) as connection:
        broker = connection.default_channel.client
        broker.delete(*QUEUES)
        app.send_task(name)
        assert {queue: broker.llen(queue) for queue in QUEUES} == dict.fromkeys(QUEUES, 0) | {queue_of(name): 1}
        message = json.loads(broker.rpop(queue_of(name)))
        assert (message["headers"]["task"], message["content-type"]) == (name, "application/json")
