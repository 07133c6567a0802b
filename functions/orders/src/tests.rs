use super::{report, Order};

fn orders(json: &str) -> Vec<Order> {
    serde_json::from_str(json).expect("orders")
}

fn order(id: u64, country: &str, items: &str) -> String {
    format!(r#"{{"id":{id},"customer":"c","country":"{country}","items":[{items}],"note":"n"}}"#)
}

fn item(quantity: u64, cents: u64) -> String {
    format!(r#"{{"sku":"A","quantity":{quantity},"unitPriceCents":{cents}}}"#)
}

fn answer(list: &[String]) -> Result<String, String> {
    let report = report(orders(&format!("[{}]", list.join(","))));
    report
        .map(|report| serde_json::to_string(&report).expect("JSON"))
        .map_err(|error| error.message().to_owned())
}

#[test]
fn empty_orders_drop_out_and_the_rest_is_sorted_and_grouped() {
    let list = [
        order(3, "fr", &item(2, 50)),
        order(9, "fr", ""),
        order(2, "De", &[item(2, 50), item(1, 1)].join(",")),
        order(1, "FR", &item(1, 100)),
    ];
    let line = |id: u64, country: &str, lines: u64, cents: u64| {
        format!(
            r#"{{"id":{id},"customer":"c","country":"{country}","lineCount":{lines},"totalCents":{cents},"note":"n"}}"#
        )
    };
    let lines = [
        line(2, "DE", 2, 101),
        line(1, "FR", 1, 100),
        line(3, "FR", 1, 100),
    ]
    .join(",");
    let totals = r#"{"country":"DE","orders":1,"totalCents":101},{"country":"FR","orders":2,"totalCents":200}"#;
    assert_eq!(
        answer(&list),
        Ok(format!(r#"{{"orders":[{lines}],"totals":[{totals}]}}"#))
    );
}

#[test]
fn no_orders_are_an_empty_report() {
    assert_eq!(answer(&[]), Ok(r#"{"orders":[],"totals":[]}"#.into()));
}

#[test]
fn an_order_beyond_64_bits_is_refused() {
    let dear = [order(7, "de", &item(u64::MAX, 2))];
    assert_eq!(
        answer(&dear),
        Err("order 7 comes to more cents than 64 bits hold".into())
    );
    let items = [item(1, u64::MAX), item(1, 1)].join(",");
    assert!(answer(&[order(7, "de", &items)]).is_err());
}

#[test]
fn a_country_beyond_64_bits_is_refused() {
    let list = [
        order(1, "de", &item(1, u64::MAX)),
        order(2, "DE", &item(1, 1)),
    ];
    assert_eq!(
        answer(&list),
        Err("country DE comes to more cents than 64 bits hold".into())
    );
}
