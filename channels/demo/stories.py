"""What people complain about in the demo, and how it is answered there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Story:
    """Words to tell, and the answer; `remedy` is a code of the installation."""

    told: str
    answer: str
    why: str
    remedy: str | None = None
    prevention: str | None = None
    finding: str = "upheld"


STORIES: Final = (
    Story(
        "My parcel {number} arrived crushed, the lamp in it is broken. I want my £{pounds} back.",
        "We are sorry. The lamp was broken on its way, and you get your money back.",
        "The scan at the depot shows the box whole; it was crushed in our van.",
        "refund",
        "Heavy boxes no longer ride above light ones.",
    ),
    Story(
        "Parcel {number} was due last Tuesday and still is not here. Nobody answers the telephone.",
        "We found your parcel in the wrong depot. It comes tomorrow before noon.",
        "It was sorted to Leeds instead of Leicester.",
        "correction",
        "The two labels no longer share a colour.",
    ),
    Story(
        "The driver left order {number} in the rain. The books are ruined, £{pounds}.",
        "You are right: it should have gone to your neighbour. We pay for the books.",
        "The note on the order says not to leave it outside.",
        "refund",
    ),
    Story(
        "I was charged £{pounds} twice for order {number}. Please refund the second charge.",
        "The second charge was our mistake. It is on its way back to you.",
        "Our shop sent the payment again after a time-out.",
        "refund",
        "A payment is sent under one key, once.",
    ),
    Story(
        "Your driver shouted at my mother when she asked him to carry the parcel up the stairs.",
        "We apologise to your mother. We spoke with the driver and his team leader.",
        "A neighbour and the driver himself confirm it.",
        "apology",
    ),
    Story(
        "I have waited nine weeks for an answer about my lost parcel {number}.",
        "This took far too long. Here is the answer that you should have had weeks ago.",
        "Your message lay in a mailbox that nobody read.",
        "apology",
        "The mailbox is closed; all messages arrive here now.",
    ),
    Story(
        "I use a wheelchair and the pick-up point has a step of 20 cm. I could not get in.",
        "You should have got in. Until there is a ramp we bring your parcels to the door.",
        "The list of accessible points was two years old.",
        "other",
        "Every point is visited once a year.",
    ),
    Story(
        "The invoice for order {number} says £{pounds}, but the price on the website was lower.",
        "The price on the website counted until midnight; your order came after that.",
        "The time of the order is in the confirmation.",
        finding="not_upheld",
    ),
    Story(
        "The coat in order {number} is the wrong size, and the return label does not scan.",
        "Here is a label that works, and the right size is on its way.",
        "The printer of that batch was out of ink.",
        "replacement",
    ),
    Story(
        "I cancelled my subscription in May and you still take £{pounds} a month.",
        "The cancellation reached us, but not our billing. You get two months back.",
        "We found your message of May.",
        "refund",
        finding="partly",
    ),
    Story(
        "The kettle from order {number} gave my daughter an electric shock.",
        "Thank you for telling us at once. The kettle is off sale, and we pay for all of it.",
        "The maker confirms a fault in this batch.",
        "refund",
        "All buyers of this batch were called.",
    ),
    Story(
        "Somebody else's name and address was in the confirmation for my order {number}.",
        "This must not happen. We told the other person and the regulator.",
        "Two orders were mixed up while printing.",
        "apology",
        "The printer takes one order at a time now.",
    ),
)
"""They come round and round, each with a number and a sum of its own."""

TOLD_BY_PHONE: Final = "phone", "counter", "letter"
