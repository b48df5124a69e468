"""What cards refuse."""

from shared.errors import Conflict


class CardStands(Conflict):
    code = "card_stands"
    title, title_en = "该单位已有同类的牌未解除", "Such a card stands already"


class NothingProposed(Conflict):
    """A card without a reason by rule needs one in words."""

    code = "card_reason_needed"
    title, title_en = "没有规则提示应发此牌，请写明原因", "No rule proposes this card: give a reason"


class IllegalCardTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "这张牌当前的状态不允许此操作", "The state of the card does not allow this"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "发牌人不能裁定自己所发的牌的申诉", "Who issued the card cannot decide on the appeal"
