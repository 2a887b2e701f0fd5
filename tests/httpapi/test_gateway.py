"""Ant's own unmodified SDK (antchain_stlr) against our running server, over real HTTP."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from antchain_alipay_util.antchain_utils import AntchainUtils
from antchain_sdk_stlr import models
from antchain_sdk_stlr.client import Client
from Tea.exceptions import TeaException
from tests.factories.town import points_agree
from tests.httpapi.conftest import provider_open

from tanpuhui.domain.ledger import selectors as ledger
from tanpuhui.domain.parties import selectors as parties
from tanpuhui.httpapi.gateway import wire
from tanpuhui.kernel import clock
from tanpuhui.kernel.cityrules import pack

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
PHONE, IDENTITY = "13855510001", "340104199001010018"


def day(days: int = 1) -> str:
    return (clock.today() - timedelta(days=days)).isoformat()


@pytest.fixture
def server(served):
    return SimpleNamespace(
        address=served, first=provider_open("first"), second=provider_open("second")
    )


def client_of(server, provider, *, secret: str = "") -> Client:
    key_id, own = provider.keys["ant"]
    return Client(
        models.Config(
            access_key_id=key_id,
            access_key_secret=secret or own,
            endpoint=server.address,
            protocol="http",
        )
    )


def register(client: Client, phone: str = PHONE) -> str:
    answer = client.register_ecar_enterprisemember(
        models.RegisterEcarEnterprisememberRequest(
            name="王小明", mobile=phone, identity_card_code=IDENTITY if phone == PHONE else None
        )
    )
    assert answer.result_code == "OK", answer.result_msg
    return answer.account_did


def own_number(server, did: str) -> str:
    """What the member reads on their own account page and gives to the institution."""
    return parties.person(parties.subject_person(server.first.id, did)).public_id


def authorise(client: Client, did: str, number: str = "", **keywords: str):
    pairs = {"consent_text": "quantify-general/1"} | (keywords or {"scenario_code": "*"})
    return client.auth_ecar_offsetdatum(
        models.AuthEcarOffsetdatumRequest(
            account_did=did,
            carbon_offset_platform_no=pack().id,
            platform_account_id=number or did,
            auth_keyword_list=[
                models.AnyKeywordItem(item_code=code, item_value=value)
                for code, value in pairs.items()
            ],
        )
    )


def member(server, client: Client) -> str:
    did = register(client)
    assert authorise(client, did).result_code == "OK"
    assert authorise(client, did, own_number(server, did), purpose="balance").result_code == "OK"
    points_agree([parties.subject_person(server.first.id, did)])  # as members do on their pages
    return did


def acquire(client: Client, did: str, item_no: str = "A-1", **changes):
    given = {
        "acquisition_item_no": item_no,
        "project_no": pack().id,
        "account_did": did,
        "occurrent_time": f"{day()} 08:00:00",
        "scenario_code": "Metro",
        "active_data_list": [models.AnyAmountItem(item_code="mileage", item_amount="12.5")],
    } | changes
    return client.add_ecar_offsetacquisition(models.AddEcarOffsetacquisitionRequest(**given))


def balance(client: Client, did: str) -> str:
    answer = client.query_ecar_offsetaccount(
        models.QueryEcarOffsetaccountRequest(project_no=pack().id, account_did=did)
    )
    assert answer.result_code == "OK", answer.result_msg
    return answer.offset_balance


def test_members_masked(server):
    client = client_of(server, server.first)
    did = register(client)
    assert register(client) == did
    for asked in (
        models.DetailEcarEnterprisememberRequest(mobile=PHONE),
        models.DetailEcarEnterprisememberRequest(identity_card_code=IDENTITY),
    ):
        detail = client.detail_ecar_enterprisemember(asked)
        assert (detail.account_did, detail.name, detail.mobile) == (did, "王**", "138****0001")
    other = register(client, "13855510002")
    members = client.list_ecar_enterprisemember(
        models.ListEcarEnterprisememberRequest(
            register_start_time=f"{day(1)} 00:00:00", current=1, page_size=10
        )
    )
    assert members.total == 2
    assert [m.account_did for m in members.list] == [did, other]
    assert PHONE not in str(members.to_map())
    for wrong in ({"mobile": "123"}, {"identity_card_code": "x"}, {"name": "王"}):
        answer = client.register_ecar_enterprisemember(
            models.RegisterEcarEnterprisememberRequest(**wrong)
        )
        assert answer.result_code == "REQUEST_BAD_PARAMETER"
    foreign = client_of(server, server.second)
    assert register(foreign) != did  # each institution knows a person by another number
    hidden = foreign.detail_ecar_enterprisemember(
        models.DetailEcarEnterprisememberRequest(mobile="13855510002")
    )
    assert hidden.result_code == "SUBJECT_NOT_FOUND"


def test_acquisition_to_balance(server):
    client = client_of(server, server.first)
    did = register(client)
    assert acquire(client, did).result_code == "CONSENT_MISSING"
    assert authorise(client, did).result_code == "OK"
    unread = client.query_ecar_offsetaccount(
        models.QueryEcarOffsetaccountRequest(project_no=pack().id, account_did=did)
    )
    assert unread.result_code == "CONSENT_MISSING_FOR_PURPOSE"
    assert authorise(client, did, purpose="balance").result_code == "REQUEST_BAD_PARAMETER"
    assert authorise(client, did, own_number(server, did), purpose="balance").result_code == "OK"
    answer = acquire(client, did)
    assert (answer.result_code, answer.acquisition_item_no) == ("OK", "A-1")
    amount = answer.carbon_emission_amount
    assert len(amount.partition(".")[2]) <= 4
    assert balance(client, did) == amount
    assert acquire(client, did).carbon_emission_amount == amount
    assert balance(client, did) == amount
    other = [models.AnyAmountItem(item_code="distance", item_amount="13")]
    assert acquire(client, did, active_data_list=other).result_code == "RECORD_CONFLICT"
    assert balance(client, did) == amount

    detail = client.detail_ecar_offsetdatum(
        models.DetailEcarOffsetdatumRequest(acquisition_item_no="A-1")
    )
    assert (detail.account_did, detail.scenario_code) == (did, "travel/metro")
    assert (detail.scenario_name, detail.platform_no) == ("地铁", "Self")
    assert detail.occurrent_time == f"{day()} 08:00:00"
    assert (detail.offset_volume, detail.carbon_energy) == (amount, int(amount.split(".")[0]))
    (datum,) = detail.active_data_list
    assert (datum.active_data_no, datum.active_data_value) == ("distance", "12.5")
    assert datum.active_data_unit == "km"

    acquire(client, did, "A-2", occurrent_time=day(2), scenario_code="travel/metro")
    listed = client.list_ecar_offsetdatum(
        models.ListEcarOffsetdatumRequest(
            project_no=pack().id,
            account_did=did,
            occurrent_start_time=f"{day(3)} 00:00:00",
            occurrent_end_time=f"{day(0)} 00:00:00",
            scenario_code=["Metro", "travel/bus"],
            current=1,
            page_size=10,
        )
    )
    assert (listed.total, listed.current, listed.page_size) == (2, 1, 10)
    assert [item.acquisition_item_no for item in listed.list] == ["A-1", "A-2"]
    assert listed.list[1].occurrent_time == f"{day(2)} 00:00:00"
    assert listed.list[0].active_datum[0].item_amount == "12.5"
    nothing = client.list_ecar_offsetdatum(
        models.ListEcarOffsetdatumRequest(scenario_code=["travel/bus"])
    )
    assert nothing.total == 0

    preview = client.preview_ecar_offsetdatum(
        models.PreviewEcarOffsetdatumRequest(project_no=pack().id)
    )
    assert preview.register_member_total == 1
    assert int(preview.carbon_energy_total) == int(float(balance(client, did)))
    foreign = client_of(server, server.second)
    assert (
        foreign.detail_ecar_offsetdatum(
            models.DetailEcarOffsetdatumRequest(acquisition_item_no="A-1")
        ).result_code
        == "RECORD_NOT_FOUND"
    )
    assert acquire(foreign, did, "B-1").result_code == "SUBJECT_UNKNOWN"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scenario_code": "Teleport"}, "SCENARIO_UNKNOWN"),
        ({"project_no": "elsewhere"}, "REQUEST_BAD_PARAMETER"),
        ({"account_did": "did:tph:nobody"}, "SUBJECT_UNKNOWN"),
        ({"account_did": "13855510001"}, "REQUEST_BAD_PARAMETER"),
        ({"occurrent_time": "yesterday"}, "REQUEST_BAD_PARAMETER"),
        ({"occurrent_time": "2999-01-01"}, "TIME_FUTURE"),
        ({"active_data_list": [("distance", "x")]}, "REQUEST_BAD_PARAMETER"),
        ({"active_data_list": [("distance", "NaN")]}, "REQUEST_BAD_PARAMETER"),
        ({"active_data_list": [("distance", "1.1234567")]}, "REQUEST_BAD_PARAMETER"),
        ({"active_data_list": [("distance", "1"), ("mileage", "1")]}, "REQUEST_BAD_PARAMETER"),
        ({"active_data_list": [("distance", "999")]}, "RECORD_OUT_OF_BOUNDS"),
        ({"active_data_list": [("mood", "1"), ("distance", "3")]}, "RECORD_UNKNOWN_FIELD"),
    ],
)
def test_refused_acquisitions(server, changes, code):
    client = client_of(server, server.first)
    did = member(server, client)
    if "active_data_list" in changes:
        changes = {
            "active_data_list": [
                models.AnyAmountItem(item_code=name, item_amount=amount)
                for name, amount in changes["active_data_list"]
            ]
        }
    answer = acquire(client, did, **changes)
    assert answer.result_code == code, answer.result_msg
    assert answer.result_msg
    assert balance(client, did) == "0.000"


def test_green_operations(server):
    client = client_of(server, server.first)
    did = member(server, client)

    def add(kind: str, order: str, **extra):
        return client.add_ecar_greenoperation(
            models.AddEcarGreenoperationRequest(
                green_operation_type=kind,
                enterprise_biz_no=order,
                occurrence_time=f"{day()} 12:11:11",
                ext_info=json.dumps({"account_did": did} | extra),
            )
        )

    invoice = add("ElectronicInvoice", "O-1")
    assert invoice.result_code == "OK", invoice.result_msg
    assert invoice.list[0].green_operation_type_name == "电子发票"
    assert invoice.list[0].enterprise_biz_no == "O-1"
    order = add(
        "GreenOrder",
        "O-2",
        operations=[
            {"green_operation_type": "ReusableBag"},
            {"green_operation_type": "OfflinePayment"},
            {
                "green_operation_type": "LowCarbonCommodity",
                "quantities": {"certificate": "carbon_label"},
            },
        ],
    )
    assert order.result_code == "OK", order.result_msg
    assert len(order.list) == 3
    assert add("ElectronicInvoice", "O-1").list[0].green_operation_no == "O-1#ElectronicInvoice"
    listed = client.list_ecar_greenoperation(models.ListEcarGreenoperationRequest(limit=10))
    assert len(listed.list) == 4
    counted = client.count_ecar_greenoperation(
        models.CountEcarGreenoperationRequest(statistic_frequence="Daily")
    )
    assert (counted.green_energy_unit, counted.green_operation_records) == ("g", 4)
    assert [p.occurrence_period for p in counted.statistics_by_frequence_list] == [day()]
    assert len(counted.statistics_by_type_list) == 4
    assert add("Teleport", "O-3").result_code == "REQUEST_BAD_PARAMETER"
    broken = client.add_ecar_greenoperation(
        models.AddEcarGreenoperationRequest(
            green_operation_type="ReusableBag",
            enterprise_biz_no="O-4",
            occurrence_time=day(),
            ext_info="{",
        )
    )
    assert broken.result_code == "REQUEST_BAD_PARAMETER"


def test_swap_for_a_benefit(server):
    client = client_of(server, server.first)
    did = member(server, client)
    amount = float(acquire(client, did).carbon_emission_amount)
    own = "did:tph:org:first"

    def swap(item_no: str, grams: str, receiver: str = own):
        return client.add_ecar_offsettranslate(
            models.AddEcarOffsettranslateRequest(
                translation_item_no=item_no,
                project_no=pack().id,
                drawing_account_did=did,
                receipt_account_did=receiver,
                translation_ammount=grams,
                occurrent_time=f"{day(0)} 00:00:00",
            )
        )

    assert swap("T-1", "100").result_code == "CONSENT_MISSING_FOR_PURPOSE"
    assert authorise(client, did, purpose="translate").result_code == "REQUEST_BAD_PARAMETER"
    number = own_number(server, did)
    assert authorise(client, did, number, purpose="translate").result_code == "OK"
    assert swap("T-1", "100.5").result_code == "OK"
    assert swap("T-1", "100.5").result_code == "OK"
    assert swap("T-1", "90").result_code == "LEDGER_KEY_CONFLICT"
    assert float(balance(client, did)) == pytest.approx(amount - 100.5)
    assert swap("T-2", "999999").result_code == "LEDGER_INSUFFICIENT_BALANCE"
    assert swap("T-3", "0.0001").result_code == "REQUEST_BAD_PARAMETER"
    assert swap("T-4", "-1").result_code == "REQUEST_BAD_PARAMETER"
    assert swap("T-5", "1", "did:tph:org:second").result_code == "REQUEST_BAD_PARAMETER"
    detail = client.detail_ecar_offsettranslate(
        models.DetailEcarOffsettranslateRequest(translation_item_no="T-1")
    )
    assert detail.result_code == "OK", detail.result_msg
    assert (detail.amount, detail.drawing_account_did) == ("100.500", did)
    assert detail.receipt_account_did == own
    assert ledger.balance(server.first.id).reduction_mg == 100_500
    assert ledger.proof().is_clean


def test_twenty_parallel_swaps_of_one_balance(server):
    client = client_of(server, server.first)
    did = member(server, client)
    whole = acquire(client, did).carbon_emission_amount
    authorise(client, did, own_number(server, did), purpose="translate")

    def swap(n: int) -> str:
        return (
            client_of(server, server.first)
            .add_ecar_offsettranslate(
                models.AddEcarOffsettranslateRequest(
                    translation_item_no=f"T-{n}",
                    project_no=pack().id,
                    drawing_account_did=did,
                    receipt_account_did="did:tph:org:first",
                    translation_ammount=whole,
                    occurrent_time=f"{day(0)} 00:00:00",
                )
            )
            .result_code
        )

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(swap, range(20)))
    assert sorted(set(codes)) == ["LEDGER_INSUFFICIENT_BALANCE", "OK"]
    assert codes.count("OK") == 1
    assert balance(client, did) == "0.000"
    assert ledger.proof().is_clean


# -- signatures and replay


def test_wrong_secret(server):
    client = client_of(server, server.first, secret="guess")
    answer = client.register_ecar_enterprisemember(
        models.RegisterEcarEnterprisememberRequest(mobile=PHONE)
    )
    assert answer.result_code == "SIGNATURE_INVALID"


def test_key_of_another_kind_or_unknown(server):
    server.first.keys["ant"] = server.first.keys["hmac-sha256"]
    answer = client_of(server, server.first).preview_ecar_offsetdatum(
        models.PreviewEcarOffsetdatumRequest(project_no=pack().id)
    )
    assert answer.result_code == "SIGNATURE_UNKNOWN_KEY"


def test_tampered_answer_is_noticed_by_the_sdk(server, monkeypatch):
    client = client_of(server, server.first)
    did = member(server, client)
    honest = wire.answer

    def tampered(envelope, result):
        response = honest(envelope, result)
        response.content = response.content.replace(b'"0.000"', b'"9.000"')
        return response

    assert balance(client, did) == "0.000"
    monkeypatch.setattr(wire, "answer", tampered)
    with pytest.raises(TeaException):
        balance(client, did)


def call(server, provider, *, sign_type="HmacSHA1", body=None, key="", **changes):
    """A call written by hand after the wire format."""
    kinds = {"HmacSHA1": "ant", "HmacSHA256": "hmac-sha256", "HmacSM3": "hmac-sm3"}
    key_id, secret = provider.keys[key or kinds[sign_type]]
    query = {
        "method": "antchain.carbon.ecar.offsetdatum.preview",
        "version": "1.0",
        "sign_type": sign_type,
        "req_time": AntchainUtils.get_timestamp(),
        "req_msg_id": AntchainUtils.get_nonce(),
        "access_key": key_id,
    } | changes
    body = {"project_no": pack().id} if body is None else body
    query.setdefault("sign", wire.signature(query | body, secret.encode(), sign_type))
    return fetch(server, query, urlencode(body).encode())


def fetch(server, query, body: bytes) -> dict:
    request = Request(f"http://{server.address}/gateway.do?{urlencode(query)}", data=body)
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    with urlopen(request, timeout=20) as response:
        return json.load(response)


@pytest.mark.parametrize("sign_type", ["HmacSHA1", "HmacSHA256", "HmacSM3"])
def test_signature_kinds(server, sign_type):
    answer = call(server, server.first, sign_type=sign_type)
    assert answer["response"]["result_code"] == "OK"
    assert answer["sign"]


def test_replay_is_refused_also_in_parallel(server):
    nonce = "f" * 32
    barrier = threading.Barrier(6)

    def once(_n: int) -> str:
        barrier.wait()
        return call(server, server.first, req_msg_id=nonce)["response"]["result_code"]

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(once, range(6)))
    assert codes == ["OK"] + ["SIGNATURE_REPLAYED"] * 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"req_time": "2020-01-01T00:00:00Z"}, "SIGNATURE_STALE"),
        ({"req_time": "2999-01-01T00:00:00Z"}, "SIGNATURE_STALE"),
        ({"req_time": "now"}, "SIGNATURE_MALFORMED"),
        ({"req_msg_id": "x"}, "SIGNATURE_MALFORMED"),
        ({"sign": "AAAA"}, "SIGNATURE_INVALID"),
        ({"sign": ""}, "SIGNATURE_MISSING"),
        ({"method": "antchain.carbon.ecar.lcacalc.query"}, "REQUEST_NOT_FOUND"),
        ({"method": "offsetdatum.preview"}, "REQUEST_NOT_FOUND"),
        ({"body": {"project_no": "hefei", "method": "x"}}, "REQUEST_BAD_PARAMETER"),
        ({"body": {}}, "REQUEST_BAD_PARAMETER"),
        ({"body": {"project_no.1": "a", "project_no": "b"}}, "REQUEST_BAD_PARAMETER"),
    ],
)
def test_refused_calls(server, changes, code):
    assert call(server, server.first, **changes)["response"]["result_code"] == code


def test_unknown_sign_type_and_changed_body(server):
    key_id, secret = server.first.keys["ant"]
    query = {
        "method": "antchain.carbon.ecar.offsetdatum.preview",
        "version": "1.0",
        "sign_type": "None",
        "req_time": AntchainUtils.get_timestamp(),
        "req_msg_id": "m" * 32,
        "access_key": key_id,
        "sign": "x",
    }
    assert fetch(server, query, b"")["response"]["result_code"] == "SIGNATURE_MALFORMED"
    query["sign_type"] = "HmacSHA1"
    query["sign"] = wire.signature(
        {k: v for k, v in query.items() if k != "sign"} | {"project_no": "a"},
        secret.encode(),
        "HmacSHA1",
    )
    answer = fetch(server, query, b"project_no=b")
    assert answer["response"]["result_code"] == "SIGNATURE_INVALID"
    assert answer["sign"] == ""
    twice = fetch(server, query, b"project_no=a&project_no=b")
    assert twice["response"]["result_code"] == "REQUEST_BAD_PARAMETER"
