"""The phone's own star codes, emptied: they would swallow equal codes of the PBX.

Source: names in FusionPBX c7a00dcb cisco/spa5xx exports; FusionPBX c076fae485 had to move its
codes out of their way.
"""

Parameters = list[tuple[str, str]]

_CODES = (
    "Accept_Last_Act", "Accept_Last_Deact", "Attn-Xfer_Act", "Blind_Transfer", "Block_ANC_Act",
    "Block_ANC_Deact", "Block_CID_Act", "Block_CID_Deact", "Block_CID_Per_Call_Act",
    "Block_CID_Per_Call_Deact", "Block_Last_Act", "Block_Last_Deact", "CWCID_Act", "CWCID_Deact",
    "CW_Act", "CW_Deact", "CW_Per_Call_Act", "CW_Per_Call_Deact", "Call_Back_Act",
    "Call_Back_Busy_Act", "Call_Back_Deact", "Call_Park", "Call_Redial", "Call_Return",
    "Call_UnPark", "Cfwd_All_Act", "Cfwd_All_Deact", "Cfwd_Busy_Act", "Cfwd_Busy_Deact",
    "Cfwd_Last_Act", "Cfwd_Last_Deact", "Cfwd_No_Ans_Act", "Cfwd_No_Ans_Deact", "DND_Act",
    "DND_Deact", "Dist_Ring_Act", "Dist_Ring_Deact", "Group_Call_Pickup", "Paging",
    "Secure_All_Call_Act", "Secure_No_Call_Act", "Secure_One_Call_Act",
    "Secure_One_Call_Deact",
)  # fmt: skip


def code_parameters() -> Parameters:
    """Return every star code's element, empty."""
    return [(f"{name}_Code", "") for name in _CODES]
