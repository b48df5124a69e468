"""scratch: end to end + measure"""
import time, pytest, csv, io
from tests.household_api.conftest import *
from bihuan.sample.registry_file import write_registry_file
from bihuan.sample.county import *
from bihuan.sample.registry import generate_registry

async def test_big(running, county, checker, database, tmp_path):
    import bihuan.sample.county as c
    vs=c.villages()
    rows=list(generate_registry(10000))
    con=await database.connect()
    codes=sorted({r["region_code"] for r in rows})
    have={r["code"] for r in await con.fetch("select code from household.region")}
    await con.executemany("INSERT INTO household.region VALUES('231226',$1::varchar,$1::varchar::text,$2,'village',null,'2020-01-01',null)",[(x,x[:9]) for x in codes if x not in have])
    p=write_registry_file(tmp_path,10000)
    body=p.read_bytes()
    print(len(rows), len(body))
    t=time.perf_counter()
    a=await county.post("/v1/imports",content=body,headers={"Content-Type":"text/csv"}, timeout=600)
    print("review", time.perf_counter()-t, a.status_code, a.text[:600])
    t=time.perf_counter()
    b=await checker.post(f"/v1/imports/{a.json()['id']}/approval",headers={"If-Match":"*"}, timeout=600)
    print("approve", time.perf_counter()-t, b.status_code, b.text[:600])
    await con.execute("update household.parameter set value='1000000' where name='import_review_rows'")
    t=time.perf_counter()
    a=await county.post("/v1/imports",content=body,headers={"Content-Type":"text/csv"}, timeout=600)
    print("again", time.perf_counter()-t, a.status_code, a.text[:600])
    print(await con.fetch("select (select count(*) from household.person_history), (select count(*) from household.household_history), (select count(*) from household.person), (select count(*) from household.household)"))
    await con.execute("truncate household.person cascade"); await con.execute("truncate household.household cascade")
    t=time.perf_counter()
    a=await county.post("/v1/imports",content=body,headers={"Content-Type":"text/csv"}, timeout=600)
    print("direct", time.perf_counter()-t, a.status_code, a.text[:600])
    await con.execute("ANALYZE")
    subs=[{"ref":str(i),"id_number":r["id_number"],"name":r["name"],"region_code":r["region_code"]} for i,r in enumerate(rows[:5000])]
    from collections import Counter
    import orjson
    for k in range(3):
        t=time.perf_counter()
        m=await county.post("/v1/matches",json={"subjects":subs})
        print(m.status_code, m.text[:200])
        async with running.client("system","x",COUNTY,name="sys") as s:
            payload=orjson.dumps({"subjects":subs})
            t=time.perf_counter()
            m=await s.post("/v1/matches",content=payload,headers={"Content-Type":"application/json"})
            d=time.perf_counter()-t
            print("match", d, d/5000*1e6,"us", m.status_code, Counter(x["match"] for x in m.json()["matches"]))
    for x in subs: x["id_number"]=None
    async with running.client("system","x",COUNTY,name="sys") as s:
            t=time.perf_counter()
            m=await s.post("/v1/matches",content=orjson.dumps({"subjects":subs}),headers={"Content-Type":"application/json"})
            d=time.perf_counter()-t
            print("match by name", d, d/5000*1e6,"us", m.status_code, Counter(x["match"] for x in m.json()["matches"]), m.text[:400])
    t=time.perf_counter(); l=await county.get("/v1/households"); print("list",time.perf_counter()-t, l.status_code, l.text[:500])
    h=l.json()["items"][0]["id"]
    t=time.perf_counter(); l=await county.get(f"/v1/households/{h}"); print("one",time.perf_counter()-t, l.status_code, l.text[:900])
    l=await county.get(f"/v1/households/{h}",headers=PURPOSE); print(l.text[:500])
