//! Sets what people complain of beside what the schema gets wrong.

use examples::database_migration_plan::artifacts::{
    Complaint, FaultKind, PainPoint, PainPoints, SchemaAnalysis, SchemaFault,
};

/// Each complaint with the faults that explain it, and each fault that nobody complained of; the dearest first.
#[must_use]
pub fn identify(schema: &SchemaAnalysis) -> PainPoints {
    let complained = schema
        .complaints
        .iter()
        .map(|complaint| explained(complaint, &schema.faults));
    let mut points: Vec<PainPoint> = complained.collect();
    let silent = schema
        .faults
        .iter()
        .filter(|fault| !is_complained_of(fault, &schema.complaints));
    points.extend(silent.map(unspoken));
    points.sort_by_key(|point| std::cmp::Reverse(point.lost_min_per_week));
    PainPoints { points }
}

fn explains(fault: &SchemaFault, complaint: &Complaint) -> bool {
    match &complaint.statement {
        Some(statement) => fault.statement.as_ref() == Some(statement),
        None => complaint.tables.contains(&fault.table) && fault.kind != FaultKind::MissingIndex,
    }
}

fn is_complained_of(fault: &SchemaFault, complaints: &[Complaint]) -> bool {
    complaints.iter().any(|complaint| explains(fault, complaint))
}

fn said(fault: &SchemaFault) -> String {
    let column = fault
        .column
        .as_ref()
        .map_or(String::new(), |column| format!(".{column}"));
    format!(
        "`{}{column}`: {} ({} rows)",
        fault.table, fault.fault, fault.rows_affected
    )
}

fn explained(complaint: &Complaint, faults: &[SchemaFault]) -> PainPoint {
    let causes: Vec<String> = faults
        .iter()
        .filter(|fault| explains(fault, complaint))
        .map(said)
        .collect();
    let suspected_cause = if causes.is_empty() {
        String::from("nothing in the schema explains it")
    } else {
        causes.join("; ")
    };
    PainPoint {
        name: complaint.name.clone(),
        symptom: complaint.symptom.clone(),
        suspected_cause,
        tables: complaint.tables.clone(),
        statement: complaint.statement.clone(),
        lost_min_per_week: complaint.lost_min_per_week,
    }
}

fn unspoken(fault: &SchemaFault) -> PainPoint {
    let kind = match fault.kind {
        FaultKind::FloatMoney => "float-money",
        FaultKind::TwoMeanings => "two-meanings",
        FaultKind::MixedCase => "mixed-case",
        FaultKind::Unreadable => "unreadable",
        FaultKind::MissingIndex => "missing-index",
    };
    let place = fault
        .statement
        .clone()
        .unwrap_or_else(|| format!("{}-{}", fault.table, fault.column.as_deref().unwrap_or_default()));
    PainPoint {
        name: format!("{kind}-{place}"),
        symptom: String::from("nobody complained yet; the schema says so"),
        suspected_cause: said(fault),
        tables: vec![fault.table.clone()],
        statement: fault.statement.clone(),
        lost_min_per_week: 0,
    }
}
