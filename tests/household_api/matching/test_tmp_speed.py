import random, time
from tests.factories.registry import VILLAGE, OTHER_VILLAGE, id_number, person
SUR="王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高罗"
GIV="伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉萍红建文斌海辉志鑫淑珍兰凤琴梅荣"
VIL=["231226100201","231226100202","231226101200"]
async def test_speed(load, warning_api, running):
    r=random.Random(1)
    people=[]
    for n in range(20000):
        y=1940+n%60; m=1+n//60%12; d=1+n//720%28
        people.append(person(f"H{n//3}", r.choice(SUR)+r.choice(GIV)+r.choice(GIV), relationship="户主" if n%3==0 else "子", id_number=id_number(f"{y}{m:02d}{d:02d}", n%999), region_code=VIL[n//3%3]))
    t=time.perf_counter()
    got=await load(people); print(got["state"], got["accepted"], got["rejected"], time.perf_counter()-t)
    if got["state"]=="review":
        from services.household_api.imports.service import apply
    from shared.testing.services import RunningService
    async with running.client("county","NY","231226",name="county-checker") as c:
        a=await c.post(f"/v1/imports/{got['id']}/approval", headers={"If-Match":"*"}); print(a.status_code, a.text[:200])
    from services.household_api.imports.tasks import apply_import
    import inspect
    try:
        await apply_import(running.context, {"county":"231226","import_id":got["id"]})
    except Exception as e: print(repr(e))
    keys=running.context.match_keys
    def subj(kind,n):
        p=people[r.randrange(len(people))]
        if kind=="exact":
            (i,)=keys.mac_many([p["id_number"].encode()])
            return {"ref":str(n),"id_index":i.hex(),"index_key_id":keys.current_key_id,"name":p["name"],"birth_date":f"{p['id_number'][6:10]}-{p['id_number'][10:12]}-{p['id_number'][12:14]}","region_code":p["region_code"]}
        if kind=="name":
            return {"ref":str(n),"name":r.choice(SUR)+r.choice(GIV)+r.choice(GIV),"region_code":p["region_code"]}
        if kind=="birth":
            return {"ref":str(n),"name":p["name"],"birth_date":f"{p['id_number'][6:10]}-{p['id_number'][10:12]}-{p['id_number'][12:14]}","region_code":p["region_code"]}
        (i,)=keys.mac_many([id_number("19880808",n%999).encode()+b"x"])
        return {"ref":str(n),"id_index":i.hex(),"index_key_id":keys.current_key_id,"name":p["name"],"birth_date":"1988-08-08","region_code":p["region_code"]}
    import services.household_api.matching.repository as repo
    orig=repo._found
    def name_of(st): return [k for k in ("EXACT","BY_ID","BY_NAME","BY_PINYIN") if getattr(repo,k) is st][0]
    async def timed(tx, statement, **v):
        t=time.perf_counter(); await tx.execute("SET LOCAL statement_timeout = 8000")
        
        if False:
            from shared.db.narrowing import within
            w=within(tx,"p")
            v2={k:(z if isinstance(z,list) else z) for k,z in v.items()}
            r_=await tx.execute("EXPLAIN (VERBOSE off) "+statement.format(reach=w.sql),{**w.parameters,**v2,"county":tx.county})
            print(name_of(statement), flush=True); print("\n".join(q[0][:170] for q in r_.all()), flush=True)
        try: return await orig(tx, statement, **v)
        finally:
            name=[k for k in ("EXACT","BY_ID","BY_NAME","BY_PINYIN") if getattr(repo,k) is statement][0]
            print("   ",name,round((time.perf_counter()-t)/5000*1e6,1), flush=True)
    repo._found=timed
    for kind in ("exact","unknown","name","birth"):
        N=5000
        body={"subjects":[subj(kind,n) for n in range(N)]}
        for _ in range(4):
            t=time.perf_counter()
            a=await warning_api.post("/v1/matches",json=body)
            e=time.perf_counter()-t
            m=a.json()["matches"]
            from collections import Counter
            print(a.text[:300] if a.status_code!=200 else ""); print(kind, round(e/5000*1e6,1),"us each", Counter(x["match"] for x in m), sum(len(x["candidates"]) for x in m)/5000)
